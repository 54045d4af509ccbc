import { createPublicKey, verify } from 'node:crypto'
import { decodeHex, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeScalar, multiplyBase, P256, P384, signEcdsa } from './ecdsa.ts'
import { deriveKey } from './key.ts'
import { createSeed } from './seed.ts'

/** RFC 6979, appendix A.2.5. */
const SCALAR = decodeScalar(decodeHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'))

describe('RFC 6979 on P-256 with SHA-256', () => {
  test('the public key', () => {
    expect(encodeHex(multiplyBase(P256, SCALAR))).toBe(
      '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
        '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    )
  })

  test.each([
    [
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367' +
        '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ],
  ])('the signature of "%s"', (message, signature) => {
    expect(encodeHex(signEcdsa(P256, SCALAR, encodeUtf8(message)))).toBe(signature)
  })
})

test('RFC 6979, appendix A.2.6, on P-384 with SHA-384: the signature of "sample"', () => {
  const scalar = decodeScalar(
    decodeHex('6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5'),
  )
  expect(encodeHex(signEcdsa(P384, scalar, encodeUtf8('sample')))).toBe(
    '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46' +
      '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
  )
})

describe('a derived key', () => {
  const seed = createSeed('keys')

  test('signs what the runtime verifies, and is the same each time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 200 }), (label, data) => {
        const key = deriveKey(seed, label)
        const signature = key.sign(data)
        const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
        expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
        expect(deriveKey(seed, label).sign(data)).toEqual(signature)
      }),
      { numRuns: 100 },
    )
  })

  test('exports the private key that belongs to it', () => {
    const key = deriveKey(seed, 'exported')
    const spki = createPublicKey(key.exportPem()).export({ format: 'der', type: 'spki' })
    expect(new Uint8Array(spki)).toEqual(key.spki)
  })

  test('is another one for another label or seed', () => {
    const points = [deriveKey(seed, 'a'), deriveKey(seed, 'b'), deriveKey(createSeed('other'), 'a')].map((key) =>
      encodeHex(key.point),
    )
    expect(new Set(points).size).toBe(3)
  })
})
