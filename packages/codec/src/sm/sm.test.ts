import { createCipheriv, createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, decodeHex, encodeHex, encodeUtf8 } from '../bytes/index.ts'
import { sm as native } from '../engine/sm-node.ts'
import { sm as portable } from '../engine/sm-portable.ts'
import { importPublicKey } from '../signature/index.ts'
import {
  createSm2PrivateKey,
  decryptSm4,
  encryptSm4,
  hmacSm3,
  signSm2,
  signSm2Digest,
  sm2PublicKey,
  sm3,
  verifySm2,
  verifySm2Digest,
} from './index.ts'
import { extendSm3 } from './sm3.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe.each([
  ['plain JavaScript', portable],
  ['OpenSSL where it has them', native],
])('%s', (_, engine) => {
  test.each([
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ])('SM3 of %s as GB/T 32905 annex A', (text, hex) => {
    expect(encodeHex(engine.digest([encodeUtf8(text)]))).toBe(hex)
  })

  const key = decodeHex('0123456789abcdeffedcba9876543210')

  test('SM4 as GB/T 32907 annex A', () => {
    const once = engine.cryptBlocks(key, key, 'encrypt')
    expect(encodeHex(once)).toBe('681edf34d206965e86b3e94f536e4246')
    expect(engine.cryptBlocks(key, once, 'decrypt')).toEqual(key)
  })
})

describe('SM3 and SM4 agree with OpenSSL', () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 })

  test('digests and authentication codes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 3 }),
        fc.uint8Array({ maxLength: 100 }),
        (parts, secret) => {
          const whole = concatBytes(...parts)
          const digest = new Uint8Array(createHash('sm3').update(whole).digest())
          const mac = new Uint8Array(createHmac('sm3', secret).update(whole).digest())
          expect([sm3(...parts), portable.digest(parts)]).toEqual([digest, digest])
          expect([hmacSm3(secret, ...parts), portable.hmac(secret, parts)]).toEqual([mac, mac])
        },
      ),
    )
  })

  test('extending a register', () => {
    const register = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(register, fc.array(register, { maxLength: 5 }), (start, links) => {
        const expected = links.reduce<Uint8Array>((value, link) => sm3(value, link), start)
        expect([extendSm3(start, links), portable.extend(start, links)]).toEqual([expected, expected])
      }),
      { numRuns: 50 },
    )
  })

  test('every mode, there and back', () => {
    fc.assert(
      fc.property(key, key, fc.uint8Array({ maxLength: 100 }), (k, iv, data) => {
        for (const mode of ['ecb', 'cbc', 'ctr'] as const) {
          const cipher = createCipheriv(`sm4-${mode}`, k, mode === 'ecb' ? null : iv)
          const expected = concatBytes(cipher.update(data), cipher.final())
          const options = { mode, key: k, iv } as const
          expect(encryptSm4(options, data)).toEqual(expected)
          expect(decryptSm4(options, expected)).toEqual(data)
        }
        const blocks = concatBytes(k, iv, k)
        expect(portable.encryptChain(k, iv, blocks)).toEqual(native.encryptChain(k, iv, blocks))
        expect(portable.cryptBlocks(k, blocks, 'decrypt')).toEqual(native.cryptBlocks(k, blocks, 'decrypt'))
      }),
      { numRuns: 100 },
    )
  })

  test('a counter carries through all its bytes', () => {
    const k = new Uint8Array(16)
    const iv = new Uint8Array(16).fill(0xff)
    const cipher = createCipheriv('sm4-ctr', k, iv)
    expect(encryptSm4({ mode: 'ctr', key: k, iv }, new Uint8Array(40))).toEqual(
      new Uint8Array(cipher.update(new Uint8Array(40))),
    )
  })

  test.each<[string, () => unknown]>([
    ['a short key', () => encryptSm4({ mode: 'ecb', key: new Uint8Array(15) }, new Uint8Array(16))],
    [
      'a short vector',
      () => encryptSm4({ mode: 'cbc', key: new Uint8Array(16), iv: new Uint8Array(12) }, new Uint8Array(16)),
    ],
    ['half a block', () => encryptSm4({ mode: 'ecb', key: new Uint8Array(16), padding: 'none' }, new Uint8Array(8))],
    ['half a block of ciphertext', () => decryptSm4({ mode: 'ecb', key: new Uint8Array(16) }, new Uint8Array(8))],
    [
      'no padding',
      () =>
        decryptSm4(
          { mode: 'ecb', key: new Uint8Array(16) },
          encryptSm4({ mode: 'ecb', key: new Uint8Array(16), padding: 'none' }, new Uint8Array(16)),
        ),
    ],
    ['nothing to unpad', () => decryptSm4({ mode: 'ecb', key: new Uint8Array(16) }, new Uint8Array(0))],
  ])('%s is refused', (_, act) => {
    expect(act).toThrow(refusal('CODEC_CIPHER_INVALID'))
  })
})

describe('SM2', () => {
  /** GB/T 32918.5 annex A.2. */
  const standard = {
    privateKey: decodeHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8'),
    nonce: decodeHex('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21'),
    point: decodeHex(
      '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
        'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    ),
    data: encodeUtf8('message digest'),
    signature: decodeHex(
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
        'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
    ),
  }
  const key = importPublicKey({ kind: 'ec-point', curve: 'SM2', point: standard.point })

  test('signs and verifies the example of the standard', () => {
    expect(sm2PublicKey(standard.privateKey).point).toEqual(standard.point)
    expect(signSm2(standard.privateKey, standard.data, { nonce: standard.nonce })).toEqual(standard.signature)
    expect(verifySm2(key, standard.data, standard.signature)).toBe(true)
    expect(verifySm2(key, standard.data, standard.signature, { userId: encodeUtf8('1234567812345678') })).toBe(true)
  })

  test('signs with fresh numbers in both formats', () => {
    const privateKey = createSm2PrivateKey()
    for (const format of ['raw', 'der'] as const) {
      const options = { format, userId: 'ALICE123@YAHOO.COM' }
      const first = signSm2(privateKey, standard.data, options)
      expect(first).not.toEqual(signSm2(privateKey, standard.data, options))
      expect(verifySm2(sm2PublicKey(privateKey), standard.data, first, options)).toBe(true)
      expect(verifySm2(sm2PublicKey(privateKey), standard.data, first, { format })).toBe(false)
      expect(verifySm2(key, standard.data, first, options)).toBe(false)
    }
  })

  test('every tampered twin is false', () => {
    for (let at = 0; at < 64; at += 5) {
      const broken = standard.signature.map((byte, i) => (i === at ? byte ^ 1 : byte))
      expect(verifySm2(key, standard.data, broken)).toBe(false)
    }
    expect(verifySm2(key, encodeUtf8('Message digest'), standard.signature)).toBe(false)
    const [r, s] = [standard.signature.subarray(0, 32), standard.signature.subarray(32)]
    const order = decodeHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')
    const complement = decodeHex(
      (BigInt(`0x${encodeHex(order)}`) - BigInt(`0x${encodeHex(r)}`)).toString(16).padStart(64, '0'),
    )
    const zero = new Uint8Array(32)
    for (const [left, right] of [
      [zero, s],
      [r, zero],
      [order, s],
      [r, order],
      [r, complement],
    ] as const) {
      expect(verifySm2(key, standard.data, concatBytes(left, right))).toBe(false)
    }
    expect(verifySm2(key, standard.data, standard.signature.subarray(1))).toBe(false)
    expect(verifySm2(key, standard.data, standard.signature, { format: 'der' })).toBe(false)
  })

  test('a digest is signed as it is, as a TPM does', () => {
    const digest = sm3(encodeUtf8('attested'))
    const privateKey = createSm2PrivateKey()
    const publicKey = sm2PublicKey(privateKey)
    const signature = signSm2Digest(privateKey, digest)
    expect(verifySm2Digest(publicKey, digest, signature)).toBe(true)
    expect(verifySm2Digest(publicKey, sm3(digest), signature)).toBe(false)
    expect(verifySm2(publicKey, encodeUtf8('attested'), signature)).toBe(false)
    expect(() => verifySm2Digest(publicKey, digest.subarray(1), signature)).toThrow(refusal('CODEC_BYTES_RANGE'))
  })

  test('a key of another curve, or none, is refused', () => {
    const p256 = importPublicKey({
      kind: 'jwk',
      jwk: {
        kty: 'EC',
        crv: 'P-256',
        x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
        y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
      },
    })
    expect(() => verifySm2(p256, standard.data, standard.signature)).toThrow(refusal('CODEC_SIGNATURE_UNSUPPORTED'))
    for (const bad of [new Uint8Array(32), new Uint8Array(31).fill(1), new Uint8Array(32).fill(0xff)]) {
      expect(() => signSm2(bad, standard.data)).toThrow(refusal('CODEC_KEY_INVALID'))
    }
  })
})
