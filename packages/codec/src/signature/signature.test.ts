import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, decodeHex, encodeUtf8 } from '../bytes/index.ts'
import { encodeBitString, encodeInteger, encodeNull, encodeOid, encodeSequence } from '../der/index.ts'
import * as portable from '../engine/portable.ts'
import { CodecError } from '../errors.ts'
import { verifySignatureSync } from '../signature-sync/index.ts'
import { CURVES } from './curves.ts'
import { importPublicKey, type PublicKey, type SignatureScheme, verifySignature } from './index.ts'
import { normalizeScheme, normalizeSignature } from './normalize.ts'

const refusal = (code: string) => expect.objectContaining({ code })
const data = encodeUtf8('the exact bytes')
const spkiOf = (key: KeyObject) => new Uint8Array(key.export({ type: 'spki', format: 'der' }))
const bytes = (buffer: Uint8Array) => new Uint8Array(buffer)

/** The engines that run here; browsers' WebCrypto is held to the same by the browser conformance suite. */
const ENGINES: [
  string,
  (k: PublicKey, s: SignatureScheme, d: Uint8Array, g: Uint8Array) => boolean | Promise<boolean>,
][] = [
  ['OpenSSL', verifySignature],
  ['OpenSSL, synchronous entry', verifySignatureSync],
  [
    'plain JavaScript',
    (key, scheme, message, signature) => {
      const normal = normalizeSignature(key, scheme, signature)
      return normal !== undefined && portable.verifyNormalized(key, normalizeScheme(key, scheme), message, normal)
    },
  ],
]

const ec = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve })
const pairs = {
  'P-256': ec('P-256'),
  'P-384': ec('P-384'),
  'P-521': ec('P-521'),
  rsa2048: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  rsaOdd: generateKeyPairSync('rsa', { modulusLength: 2049 }),
  ed25519: generateKeyPairSync('ed25519'),
}

type Case = [string, keyof typeof pairs, SignatureScheme, (key: KeyObject) => Uint8Array]
const hashes = ['sha256', 'sha384', 'sha512'] as const
const CASES: Case[] = [
  ...(['P-256', 'P-384', 'P-521'] as const).flatMap((curve) =>
    hashes.flatMap((hash): Case[] => [
      [`ECDSA ${curve} ${hash} der`, curve, { scheme: 'ecdsa', hash }, (key) => sign(hash, data, key)],
      [
        `ECDSA ${curve} ${hash} raw`,
        curve,
        { scheme: 'ecdsa', hash, format: 'raw' },
        (key) => sign(hash, data, { key, dsaEncoding: 'ieee-p1363' }),
      ],
    ]),
  ),
  ...(['rsa2048', 'rsaOdd'] as const).flatMap((name) =>
    hashes.flatMap((hash): Case[] => [
      [`${name} PKCS#1 ${hash}`, name, { scheme: 'rsa-pkcs1', hash }, (key) => sign(hash, data, key)],
      [
        `${name} PSS ${hash}`,
        name,
        { scheme: 'rsa-pss', hash },
        (key) => signPss(key, hash, constants.RSA_PSS_SALTLEN_DIGEST),
      ],
      [
        `${name} PSS ${hash} without salt`,
        name,
        { scheme: 'rsa-pss', hash, saltBytes: 0 },
        (key) => signPss(key, hash, 0),
      ],
    ]),
  ),
  ['Ed25519', 'ed25519', { scheme: 'ed25519' }, (key) => sign(null, data, key)],
]

function signPss(key: KeyObject, hash: string, saltLength: number): Uint8Array {
  return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
}

describe.each(ENGINES)('%s', (_, verify) => {
  test.each(CASES)('%s: accepts the genuine, refuses every tampered twin', async (_name, pair, scheme, make) => {
    const key = importPublicKey({ kind: 'spki', der: spkiOf(pairs[pair].publicKey) })
    const signature = bytes(make(pairs[pair].privateKey))
    expect(await verify(key, scheme, data, signature)).toBe(true)
    expect(await verify(key, scheme, encodeUtf8('the exact byteS'), signature)).toBe(false)
    for (const at of [0, 1, 3, signature.length >> 1, signature.length - 1]) {
      expect(
        await verify(
          key,
          scheme,
          data,
          signature.map((byte, i) => (i === at ? byte ^ 4 : byte)),
        ),
      ).toBe(false)
    }
    expect(await verify(key, scheme, data, signature.subarray(1))).toBe(false)
    expect(await verify(key, scheme, data, concatBytes(signature, Uint8Array.of(0)))).toBe(false)
    expect(await verify(key, scheme, data, new Uint8Array(signature.length))).toBe(false)
    expect(await verify(key, scheme, data, new Uint8Array(signature.length).fill(0xff))).toBe(false)
    expect(await verify(key, scheme, data, new Uint8Array(0))).toBe(false)
    if (scheme.scheme !== 'ed25519') {
      const hash = scheme.hash === 'sha256' ? 'sha384' : 'sha256'
      expect(await verify(key, { ...scheme, hash }, data, signature)).toBe(false)
    }
  })

  test('a PSS salt of another length is false', async () => {
    const key = importPublicKey({ kind: 'spki', der: spkiOf(pairs.rsa2048.publicKey) })
    const signature = bytes(signPss(pairs.rsa2048.privateKey, 'sha256', 20))
    expect(await verify(key, { scheme: 'rsa-pss', hash: 'sha256' }, data, signature)).toBe(false)
    expect(await verify(key, { scheme: 'rsa-pss', hash: 'sha256', saltBytes: 20 }, data, signature)).toBe(true)
  })

  test.each(['P-256', 'P-384'] as const)('r and s of %s out of range are false', async (curve) => {
    const key = importPublicKey({ kind: 'spki', der: spkiOf(pairs[curve].publicKey) })
    const width = CURVES[curve].coordinateBytes
    const good = bytes(sign('sha256', data, { key: pairs[curve].privateKey, dsaEncoding: 'ieee-p1363' }))
    const word = (value: bigint) => decodeHex(value.toString(16).padStart(2 * width, '0'))
    const order = CURVES[curve].n
    for (const bad of [0n, order, order + 1n, (1n << BigInt(8 * width)) - 1n]) {
      for (const raw of [
        concatBytes(word(bad), good.subarray(width)),
        concatBytes(good.subarray(0, width), word(bad)),
      ]) {
        expect(await verify(key, { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, data, raw)).toBe(false)
        const der = encodeSequence(encodeInteger(raw.subarray(0, width)), encodeInteger(raw.subarray(width)))
        expect(await verify(key, { scheme: 'ecdsa', hash: 'sha256', format: 'der' }, data, der)).toBe(false)
      }
    }
    // The mirrored s is as valid as FIPS 186-5 says.
    const s = BigInt(`0x${Buffer.from(good.subarray(width)).toString('hex')}`)
    const mirrored = concatBytes(good.subarray(0, width), word(order - s))
    expect(await verify(key, { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, data, mirrored)).toBe(true)
  })

  test('DER signatures that are not strict are false', async () => {
    const key = importPublicKey({ kind: 'spki', der: spkiOf(pairs['P-256'].publicKey) })
    const raw = bytes(sign('sha256', data, { key: pairs['P-256'].privateKey, dsaEncoding: 'ieee-p1363' }))
    const [r, s] = [encodeInteger(raw.subarray(0, 32)), encodeInteger(raw.subarray(32))]
    const good = encodeSequence(r, s)
    const padded = concatBytes(Uint8Array.of(2, r.length - 1, 0), r.subarray(2))
    const loose: [string, Uint8Array][] = [
      ['padded r', encodeSequence(padded, s)],
      ['a third element', encodeSequence(r, s, encodeNull())],
      ['one element', encodeSequence(r)],
      ['a tail', concatBytes(good, Uint8Array.of(0))],
      ['a long length', concatBytes(Uint8Array.of(0x30, 0x81), good.subarray(1))],
      ['an indefinite length', concatBytes(Uint8Array.of(0x30, 0x80), good.subarray(2), Uint8Array.of(0, 0))],
      ['a negative r', encodeSequence(encodeInteger(-5), s)],
      ['a set', concatBytes(Uint8Array.of(0x31), good.subarray(1))],
    ]
    expect(await verify(key, { scheme: 'ecdsa', hash: 'sha256' }, data, good)).toBe(true)
    for (const [name, der] of loose) {
      expect([name, await verify(key, { scheme: 'ecdsa', hash: 'sha256' }, data, der)]).toEqual([name, false])
    }
  })

  test('any signature is true or false, never an error', async () => {
    const keys = (Object.keys(pairs) as (keyof typeof pairs)[]).map((name) =>
      importPublicKey({ kind: 'spki', der: spkiOf(pairs[name].publicKey) }),
    )
    const [p256, , , rsa, , ed] = keys as [PublicKey, PublicKey, PublicKey, PublicKey, PublicKey, PublicKey]
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (signature) => {
        const sized = (length: number) => Uint8Array.from({ length }, (_, i) => signature[i % signature.length] ?? 1)
        expect(await verify(p256, { scheme: 'ecdsa', hash: 'sha256' }, data, signature)).toBe(false)
        expect(await verify(p256, { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, data, sized(64))).toBe(false)
        expect(await verify(rsa, { scheme: 'rsa-pss', hash: 'sha256' }, data, sized(256))).toBe(false)
        expect(await verify(ed, { scheme: 'ed25519' }, data, sized(64))).toBe(false)
      }),
      { numRuns: 30 },
    )
  })
})

test.each([
  ['P-256', p256],
  ['P-384', p384],
  ['P-521', p521],
] as const)('the parameters of %s are those of the standard', (curve, noble) => {
  const { p, b, n } = CURVES[curve]
  expect(noble.Point.CURVE()).toMatchObject({ p, b, n, a: p - 3n, h: 1n })
})

describe('importPublicKey', () => {
  const { publicKey } = pairs['P-256']
  const spki = spkiOf(publicKey)

  test('one key, four ways', () => {
    const point = spki.subarray(spki.length - 64)
    const jwk = publicKey.export({ format: 'jwk' })
    const expected = { algorithm: 'ec', curve: 'P-256', spki, point: bytes(point) }
    for (const material of [
      { kind: 'spki', der: spki },
      { kind: 'ec-point', curve: 'P-256', point },
      { kind: 'jwk', jwk },
      jwk as { kty: string },
    ] as const) {
      expect(importPublicKey(material)).toMatchObject(expected)
    }
  })

  test.each(['rsa2048', 'ed25519', 'P-384', 'P-521'] as const)('%s from its JWK equals its SPKI', (name) => {
    const fromJwk = importPublicKey({ kind: 'jwk', jwk: pairs[name].publicKey.export({ format: 'jwk' }) })
    expect(fromJwk).toEqual(importPublicKey({ kind: 'spki', der: spkiOf(pairs[name].publicKey) }))
  })

  test('a handle keeps its own bytes', async () => {
    const mutable = spki.slice()
    const key = importPublicKey({ kind: 'spki', der: mutable })
    mutable.fill(0)
    const signature = bytes(sign('sha256', data, pairs['P-256'].privateKey))
    expect(await verifySignature(key, { scheme: 'ecdsa', hash: 'sha256' }, data, signature)).toBe(true)
  })

  test('an RSA key restricted to PSS is read as RSA', async () => {
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    const key = importPublicKey({ kind: 'spki', der: spkiOf(pss.publicKey) })
    expect(key).toMatchObject({ algorithm: 'rsa', algorithmOid: '1.2.840.113549.1.1.10' })
    const signature = bytes(sign('sha256', data, { key: pss.privateKey, saltLength: 32 }))
    expect(await verifySignature(key, { scheme: 'rsa-pss', hash: 'sha256' }, data, signature)).toBe(true)
  })

  test('and refused for PKCS#1, or with parameters that are none of PSS', () => {
    const der = spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)
    const key = importPublicKey({ kind: 'spki', der })
    expect(() => verifySignature(key, { scheme: 'rsa-pkcs1', hash: 'sha256' }, data, new Uint8Array(256))).toThrow(
      refusal('CODEC_SIGNATURE_UNSUPPORTED'),
    )
    const plain = spkiOf(pairs.rsa2048.publicKey)
    const relabelled = plain.map((byte, i) => (i === 16 ? 0x0a : byte))
    expect(() => importPublicKey({ kind: 'spki', der: relabelled })).toThrow(refusal('CODEC_DER_TRAILING'))
  })

  const EC_OID = '1.2.840.10045.2.1'
  const rsaSpki = (n: bigint, e: bigint) =>
    encodeSequence(
      encodeSequence(encodeOid('1.2.840.113549.1.1.1'), encodeNull()),
      encodeBitString(encodeSequence(encodeInteger(n), encodeInteger(e))),
    )
  const odd2048 = (1n << 2047n) + 1n

  test.each<[string, () => unknown, string]>([
    [
      'a point off its curve',
      () => importPublicKey({ kind: 'ec-point', curve: 'P-256', point: new Uint8Array(64).fill(1) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'the point at zero',
      () => importPublicKey({ kind: 'ec-point', curve: 'P-384', point: new Uint8Array(96) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'a point of another length',
      () => importPublicKey({ kind: 'ec-point', curve: 'P-384', point: new Uint8Array(64) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'a coordinate beyond the field',
      () => importPublicKey({ kind: 'ec-point', curve: 'P-256', point: new Uint8Array(64).fill(0xff) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'a short modulus',
      () => importPublicKey({ kind: 'spki', der: rsaSpki((1n << 1022n) + 1n, 65537n) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'an endless modulus',
      () => importPublicKey({ kind: 'spki', der: rsaSpki((1n << 8192n) + 1n, 65537n) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'an even modulus',
      () => importPublicKey({ kind: 'spki', der: rsaSpki(odd2048 + 1n, 65537n) }),
      'CODEC_KEY_INVALID',
    ],
    ['an exponent of 1', () => importPublicKey({ kind: 'spki', der: rsaSpki(odd2048, 1n) }), 'CODEC_KEY_INVALID'],
    ...['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, `ec${'ff'.repeat(31)}`].map(
      (point): [string, () => unknown, string] => [
        `an Ed25519 point of small order, ${point.slice(0, 4)}…${point.slice(-2)}`,
        () => importPublicKey({ kind: 'jwk', jwk: { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(point) } }),
        'CODEC_KEY_INVALID',
      ],
    ),
    ['an even exponent', () => importPublicKey({ kind: 'spki', der: rsaSpki(odd2048, 4n) }), 'CODEC_KEY_INVALID'],
    [
      'an endless exponent',
      () => importPublicKey({ kind: 'spki', der: rsaSpki(odd2048, (1n << 64n) + 1n) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'a compressed point',
      () => importPublicKey({ kind: 'spki', der: ecSpki('1.2.840.10045.3.1.7', 2, 32) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'an unknown curve',
      () => importPublicKey({ kind: 'spki', der: ecSpki('1.3.132.0.10', 4, 64) }),
      'CODEC_KEY_UNSUPPORTED',
    ],
    [
      'an unknown algorithm',
      () => importPublicKey({ kind: 'spki', der: spkiOf(generateKeyPairSync('x25519').publicKey) }),
      'CODEC_KEY_UNSUPPORTED',
    ],
    [
      'a tail behind the key',
      () => importPublicKey({ kind: 'spki', der: concatBytes(spki, Uint8Array.of(0)) }),
      'CODEC_DER_TRAILING',
    ],
    ['a JWK without y', () => importPublicKey({ kty: 'EC', crv: 'P-256', x: 'AA' }), 'CODEC_KEY_INVALID'],
    ['a symmetric JWK', () => importPublicKey({ kty: 'oct' }), 'CODEC_KEY_UNSUPPORTED'],
    ['a JWK of another curve', () => importPublicKey({ kty: 'OKP', crv: 'X25519', x: 'AA' }), 'CODEC_KEY_UNSUPPORTED'],
    ['a short Ed25519 key', () => importPublicKey({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }), 'CODEC_KEY_INVALID'],
    ['padded base64url', () => importPublicKey({ kty: 'OKP', crv: 'Ed25519', x: 'AA==' }), 'CODEC_BASE64_INVALID'],
  ])('refuses %s', (_, act, code) => {
    expect(act).toThrow(refusal(code))
  })

  function ecSpki(curve: string, form: number, length: number): Uint8Array {
    const algorithm = encodeSequence(encodeOid(EC_OID), encodeOid(curve))
    return encodeSequence(algorithm, encodeBitString(concatBytes(Uint8Array.of(form), new Uint8Array(length).fill(1))))
  }

  test('mutated keys meet no foreign error, and what is accepted OpenSSL accepts', () => {
    const ders = Object.values(pairs).map((pair) => spkiOf(pair.publicKey))
    fc.assert(
      fc.property(fc.constantFrom(...ders), fc.nat(), fc.nat(255), (der, at, byte) => {
        const mutant = der.slice()
        mutant[at % mutant.length] = byte
        try {
          importPublicKey({ kind: 'spki', der: mutant })
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
          return
        }
        createPublicKey({ key: Buffer.from(mutant), format: 'der', type: 'spki' })
      }),
      { numRuns: 500 },
    )
  })
})

test.each<[string, keyof typeof pairs, SignatureScheme]>([
  ['ECDSA with an RSA key', 'rsa2048', { scheme: 'ecdsa', hash: 'sha256' }],
  ['RSA with an EC key', 'P-256', { scheme: 'rsa-pkcs1', hash: 'sha256' }],
  ['Ed25519 with an EC key', 'P-256', { scheme: 'ed25519' }],
  ['SHA-1', 'rsa2048', { scheme: 'rsa-pkcs1', hash: 'sha1' as 'sha256' }],
  ['a negative salt', 'rsa2048', { scheme: 'rsa-pss', hash: 'sha256', saltBytes: -1 }],
])('%s is refused as unsupported', (_, name, scheme) => {
  const key = importPublicKey({ kind: 'spki', der: spkiOf(pairs[name].publicKey) })
  for (const verify of [verifySignature, verifySignatureSync]) {
    expect(() => verify(key, scheme, data, new Uint8Array(64))).toThrow(refusal('CODEC_SIGNATURE_UNSUPPORTED'))
  }
})

/** Hexadecimal digits as base64url. */
function toBase64Url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url')
}
