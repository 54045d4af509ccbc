import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHex, encodeHex, encodeUtf8 } from '../bytes/index.ts'
import { createSm2PrivateKey, decryptSm2, deriveSm3Key, encryptSm2, sm2PublicKey } from './index.ts'

const invalid = expect.objectContaining({ code: 'CODEC_CIPHER_INVALID' })
const privateKey = decodeHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8')
const publicKey = sm2PublicKey(privateKey)

test('what was encrypted comes back, and nothing that was changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), (data, place) => {
      const sealed = encryptSm2(publicKey, data)
      expect(sealed).toHaveLength(97 + data.length)
      expect(decryptSm2(privateKey, sealed)).toEqual(data)
      const at = 65 + (place % (sealed.length - 65))
      expect(() => decryptSm2(privateKey, sealed.with(at, sealed[at]! ^ 1))).toThrow(invalid)
    }),
    { numRuns: 20 },
  )
})

describe('CODEC_CIPHER_INVALID', () => {
  const sealed = encryptSm2(publicKey, encodeUtf8('secret'))
  test.each([
    ['another key', () => decryptSm2(createSm2PrivateKey(), sealed)],
    ['a compressed point', () => decryptSm2(privateKey, sealed.with(0, 2))],
    ['cut short', () => decryptSm2(privateKey, sealed.subarray(0, 97))],
    ['nothing to encrypt', () => encryptSm2(publicKey, new Uint8Array(0))],
  ])('%s', (_, work) => {
    expect(work).toThrow(invalid)
  })

  test('CODEC_KEY_INVALID: a point off the curve', () => {
    expect(() => decryptSm2(privateKey, sealed.with(1, sealed[1]! ^ 1))).toThrow(
      expect.objectContaining({ code: 'CODEC_KEY_INVALID' }),
    )
  })
})

test('a nonce that is given makes the same bytes', () => {
  const nonce = decodeHex('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21')
  const once = encryptSm2(publicKey, encodeUtf8('encryption standard'), { nonce })
  expect(encryptSm2(publicKey, encodeUtf8('encryption standard'), { nonce })).toEqual(once)
  // GB/T 32918.5, annex C.2.
  expect(encodeHex(once)).toBe(
    '04' +
      '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73' +
      'e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0' +
      '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766' +
      '21886ca989ca9c7d58087307ca93092d651efa',
  )
})

test('key material goes on where it ends', () => {
  expect(deriveSm3Key(encodeUtf8('z'), 70).subarray(0, 40)).toEqual(deriveSm3Key(encodeUtf8('z'), 40))
})
