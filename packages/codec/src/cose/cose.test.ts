import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../bytes/compare.ts'
import { decodeHex } from '../bytes/hex.ts'
import { encodeUtf8 } from '../bytes/text.ts'
import { encodeCbor } from '../cbor/index.ts'
import { CodecError } from '../errors.ts'
import { importPublicKey } from '../signature/index.ts'
import {
  type CoseAlgorithm,
  encodeCoseSign1,
  encodeProtectedHeader,
  encodeSignedBytes,
  parseCoseSign1,
  verifyCoseSign1,
} from './index.ts'

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof CodecError) return error.code
    throw error
  }
  return 'accepted'
}

const CURVES = { ES256: ['P-256', 'sha256'], ES384: ['P-384', 'sha384'], ES512: ['P-521', 'sha512'] } as const
const payload = encodeUtf8('a payload')

function make(algorithm: CoseAlgorithm, header: Uint8Array = encodeProtectedHeader(algorithm)) {
  const [curve, hash] = CURVES[algorithm]
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const key = importPublicKey({ kind: 'spki', der: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) })
  const signed = encodeSignedBytes(header, payload)
  const signature = new Uint8Array(sign(hash, signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
  return { key, message: encodeCoseSign1(header, payload, signature) }
}

describe('COSE_Sign1', () => {
  test.each(['ES256', 'ES384', 'ES512'] as const)('%s, with and without its tag', async (algorithm) => {
    const { key, message } = make(algorithm)
    expect(await verifyCoseSign1(parseCoseSign1(message), key)).toBe(true)
    const tagged = parseCoseSign1(concatBytes(Uint8Array.of(0xd2), message))
    expect(tagged).toMatchObject({ algorithm, payload })
    expect(await verifyCoseSign1(tagged, key)).toBe(true)
    expect(await verifyCoseSign1(tagged, key, encodeUtf8('more'))).toBe(false)
    expect(await verifyCoseSign1(tagged, make(algorithm).key)).toBe(false)
  })

  test('the example of the COSE working group (sign1-pass-03) verifies', async () => {
    // From cose-wg/Examples, sign1-tests: ES256, key "11", no tag.
    const message = decodeHex(
      '8443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4' +
        'd25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36',
    )
    const key = importPublicKey({
      kind: 'ec-point',
      curve: 'P-256',
      point: decodeHex(
        'bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e',
      ),
    })
    expect(await verifyCoseSign1(parseCoseSign1(message), key)).toBe(true)
  })

  test('each flipped byte is refused', async () => {
    const { key, message } = make('ES384')
    for (let at = 0; at < message.length; at++) {
      const bytes = message.slice()
      bytes[at]! ^= 1
      let genuine = false
      try {
        genuine = await verifyCoseSign1(parseCoseSign1(bytes), key)
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError)
      }
      expect(genuine, `byte ${at}`).toBe(false)
    }
  })

  const header = encodeProtectedHeader('ES256')
  const signature = new Uint8Array(64)
  test.each<[string, string, Uint8Array]>([
    ['an array of three', 'CODEC_COSE_INVALID', encodeCbor([header, new Map(), payload])],
    ['no array', 'CODEC_COSE_INVALID', encodeCbor(new Map())],
    ['an empty protected header', 'CODEC_COSE_INVALID', encodeCbor([new Uint8Array(), new Map(), payload, signature])],
    [
      'a protected header that is no map',
      'CODEC_COSE_INVALID',
      encodeCbor([encodeCbor([]), new Map(), payload, signature]),
    ],
    ['a detached payload', 'CODEC_COSE_INVALID', encodeCbor([header, new Map(), null, signature])],
    ['a signature that is no bytes', 'CODEC_COSE_INVALID', encodeCbor([header, new Map(), payload, 'x'])],
    ['an unprotected header that is no map', 'CODEC_COSE_INVALID', encodeCbor([header, [], payload, signature])],
    ['an unprotected algorithm', 'CODEC_COSE_INVALID', encodeCbor([header, new Map([[1, -7]]), payload, signature])],
    [
      'a critical header',
      'CODEC_COSE_INVALID',
      encodeCbor([
        encodeCbor(
          new Map<number, number | number[]>([
            [1, -7],
            [2, [4]],
          ]),
        ),
        new Map(),
        payload,
        signature,
      ]),
    ],
    ['no algorithm', 'CODEC_COSE_ALGORITHM', encodeCbor([encodeCbor(new Map()), new Map(), payload, signature])],
    ['EdDSA', 'CODEC_COSE_ALGORITHM', encodeCbor([encodeCbor(new Map([[1, -8]])), new Map(), payload, signature])],
  ])('%s: %s', async (_name, code, bytes) => {
    expect(await codeOf(() => parseCoseSign1(bytes))).toBe(code)
  })

  test('CODEC_COSE_ALGORITHM: a key of another curve', async () => {
    const { message } = make('ES256')
    expect(await codeOf(() => verifyCoseSign1(parseCoseSign1(message), make('ES384').key))).toBe('CODEC_COSE_ALGORITHM')
  })
})
