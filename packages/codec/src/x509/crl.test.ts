import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import {
  createKeyPair,
  encodeExtension,
  encodeRevocation,
  encodeRsaAlgorithm,
  mintCrl,
  spkiOf,
  T0,
} from '../../conformance/mint.ts'
import { concatBytes, decodeHex } from '../bytes/index.ts'
import {
  encodeBoolean,
  encodeElement,
  encodeEnumerated,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
  encodeTime,
} from '../der/index.ts'
import { CodecError } from '../errors.ts'
import { parsePem } from '../pem/index.ts'
import { importPublicKey } from '../signature/index.ts'
import { parseCertificate, parseCrl, verifyCrlSignature } from './index.ts'

const refusal = (code: string) => expect.objectContaining({ code })

describe('parseCrl', () => {
  const key = createKeyPair()
  const der = mintCrl({
    key,
    entries: [
      encodeRevocation(5, T0 + 1),
      encodeRevocation(0xff00, T0 + 2, 1),
      encodeRevocation(2n ** 152n, T0 + 3, 8),
    ],
  })
  const crl = parseCrl(der)
  const issuerKey = importPublicKey({ kind: 'spki', der: spkiOf(key.publicKey) })

  test('reads every field', async () => {
    expect(crl).toMatchObject({
      thisUpdate: T0,
      nextUpdate: T0 + 365 * 86400,
      crlNumber: 7n,
      authorityKeyId: undefined,
      entryCount: 3,
      unknownCriticalExtensions: [],
    })
    expect(crl.issuer.commonName).toBe('Issuer')
    expect(await verifyCrlSignature(crl, issuerKey)).toBe(true)
  })

  test('finds serial numbers whatever their leading zeros', () => {
    expect(crl.isRevoked(Uint8Array.of(5))).toBe(true)
    expect(crl.isRevoked(Uint8Array.of(0, 0, 5))).toBe(true)
    expect(crl.isRevoked(Uint8Array.of(5, 0))).toBe(false)
    expect(crl.isRevoked(Uint8Array.of(0xff, 0))).toBe(true)
    expect(crl.revokedAt(Uint8Array.of(0xff, 0))).toBe(T0 + 2)
    expect(crl.revokedAt(Uint8Array.of(6))).toBeUndefined()
    expect(crl.findRevocation(Uint8Array.of(0xff, 0))).toEqual({ revokedAt: T0 + 2, reason: 'keyCompromise' })
    expect(crl.findRevocation(Uint8Array.of(5))).toEqual({ revokedAt: T0 + 1, reason: undefined })
    expect(crl.isRevoked(new Uint8Array(0))).toBe(false)
  })

  test('no reason takes an entry off the list', () => {
    expect(crl.isRevoked(decodeHex(`01${'00'.repeat(19)}`))).toBe(true)
  })

  test('a bit flipped anywhere is refused or breaks the signature', async () => {
    for (let at = 0; at < der.length; at++) {
      const broken = der.slice()
      broken[at]! ^= 1 << (at % 8)
      let verdict: boolean
      try {
        verdict = await verifyCrlSignature(parseCrl(broken), issuerKey)
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError)
        continue
      }
      expect(verdict).toBe(false)
    }
  })

  test('lists without entries or without next update are read', () => {
    expect(parseCrl(mintCrl())).toMatchObject({ entryCount: 0 })
    expect(parseCrl(mintCrl({ nextUpdate: new Uint8Array(0) })).nextUpdate).toBeUndefined()
  })

  test('delta and partial lists show among the critical extensions', () => {
    const number = encodeExtension('2.5.29.20', false, encodeInteger(7))
    const delta = encodeExtension('2.5.29.27', true, encodeInteger(6))
    const partial = encodeExtension('2.5.29.28', true, encodeSequence())
    expect(parseCrl(mintCrl({ extensions: [number, delta, partial] })).unknownCriticalExtensions).toEqual([
      '2.5.29.27',
      '2.5.29.28',
    ])
    const foreignIssuer = encodeSequence(
      encodeInteger(9),
      encodeTime(T0),
      encodeSequence(encodeExtension('2.5.29.29', true, encodeSequence())),
    )
    expect(parseCrl(mintCrl({ entries: [foreignIssuer] })).unknownCriticalExtensions).toEqual(['2.5.29.29'])
  })

  const reason = (value: Uint8Array) => encodeExtension('2.5.29.21', false, value)
  const entry = (...extensions: Uint8Array[]) =>
    encodeSequence(encodeInteger(1), encodeTime(T0), encodeSequence(...extensions))

  test.each<[string, Uint8Array, string]>([
    ['bytes after the end', concatBytes(der, Uint8Array.of(0)), 'CODEC_DER_TRAILING'],
    ['version 1', mintCrl({ version: new Uint8Array(0) }), 'CODEC_CRL_INVALID'],
    ['version 3', mintCrl({ version: encodeInteger(2) }), 'CODEC_CRL_INVALID'],
    ['two algorithms', mintCrl({ innerAlgorithm: encodeRsaAlgorithm('1.2.840.113549.1.1.11') }), 'CODEC_CRL_INVALID'],
    ['an empty list of entries', mintCrl({ entries: [] }), 'CODEC_CRL_INVALID'],
    ['an entry without time', mintCrl({ entries: [encodeSequence(encodeInteger(1))] }), 'CODEC_DER_INVALID'],
    [
      'an entry with a number for a time',
      mintCrl({ entries: [encodeSequence(encodeInteger(1), encodeInteger(1))] }),
      'CODEC_DER_UNEXPECTED',
    ],
    [
      'an entry with a tail',
      mintCrl({ entries: [encodeSequence(encodeInteger(1), encodeTime(T0), encodeSequence(), encodeNull())] }),
      'CODEC_DER_TRAILING',
    ],
    [
      'a padded serial number',
      mintCrl({ entries: [encodeSequence(encodeElement(2, Uint8Array.of(0, 1)), encodeTime(T0))] }),
      'CODEC_DER_INVALID',
    ],
    ['an unknown reason', mintCrl({ entries: [entry(reason(encodeEnumerated(7)))] }), 'CODEC_X509_EXTENSION_INVALID'],
    [
      'a reason of another type',
      mintCrl({ entries: [entry(reason(encodeInteger(1)))] }),
      'CODEC_X509_EXTENSION_INVALID',
    ],
    [
      'two reasons',
      mintCrl({ entries: [entry(reason(encodeEnumerated(1)), reason(encodeEnumerated(1)))] }),
      'CODEC_X509_EXTENSION_DUPLICATE',
    ],
    [
      'a critical flag of another value',
      mintCrl({
        entries: [entry(encodeSequence(encodeOid('1.2'), encodeElement(1, Uint8Array.of(1)), encodeElement(4)))],
      }),
      'CODEC_X509_EXTENSION_INVALID',
    ],
    [
      'an extension without value',
      mintCrl({ entries: [entry(encodeSequence(encodeOid('1.2'), encodeBoolean(true)))] }),
      'CODEC_DER_INVALID',
    ],
    [
      'a malformed list number',
      mintCrl({ extensions: [encodeExtension('2.5.29.20', false, encodeNull())] }),
      'CODEC_X509_EXTENSION_INVALID',
    ],
    [
      'a repeated extension',
      mintCrl({ extensions: [1, 2].map((n) => encodeExtension('2.5.29.20', false, encodeInteger(n))) }),
      'CODEC_X509_EXTENSION_DUPLICATE',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseCrl(bytes)).toThrow(refusal(code))
  })

  test('bounds size and entries', () => {
    expect(() => parseCrl(der, { maxEntries: 2 })).toThrow(refusal('CODEC_CRL_LIMIT'))
    expect(() => parseCrl(der, { maxBytes: der.length - 1 })).toThrow(refusal('CODEC_CRL_LIMIT'))
    expect(parseCrl(der, { maxEntries: 3, maxBytes: der.length }).entryCount).toBe(3)
  })

  test('a list of 100,000 entries is read and searched', () => {
    const entries = Array.from({ length: 100 }, (_, hundred) =>
      concatBytes(
        ...Array.from({ length: 1000 }, (_, i) =>
          encodeRevocation(1_000_000 + hundred * 1000 + i, T0 + hundred * 1000 + i, 1),
        ),
      ),
    )
    const long = parseCrl(mintCrl({ entries }))
    expect(long.entryCount).toBe(100_000)
    expect(long.revokedAt(decodeHex((1_099_999).toString(16).padStart(8, '0')))).toBe(T0 + 99_999)
    expect(long.isRevoked(decodeHex((1_100_000).toString(16).padStart(8, '0')))).toBe(false)
  })
})

describe.skipIf(!haveVectors)(`genuine revocation lists${vectorsAbsent}`, () => {
  const lists = ['sgx_quote', 'tdx_quote', 'tdx_quote_outdated'].flatMap((name) => {
    if (!haveVectors) return []
    const collateral = readVectorJson<Record<string, string>>(`dcap/${name}_collateral.json`)
    const [issuer, root] = parsePem(collateral['pck_crl_issuer_chain']!).map((block) => parseCertificate(block.der))
    return [
      [`${name} platform`, decodeHex(collateral['pck_crl']!), issuer!] as const,
      [`${name} root`, decodeHex(collateral['root_ca_crl']!), root!] as const,
    ]
  })

  test.each(lists)('%s is signed by its issuer and by nobody else', async (_, der, issuer) => {
    const crl = parseCrl(der)
    expect(crl.issuer.equals(issuer.subject)).toBe(true)
    expect(crl.authorityKeyId).toEqual(issuer.subjectKeyId)
    expect(crl.nextUpdate! - crl.thisUpdate).toBeGreaterThan(0)
    expect(await verifyCrlSignature(crl, issuer.publicKey)).toBe(true)
    const stranger = importPublicKey({ kind: 'spki', der: spkiOf(createKeyPair().publicKey) })
    expect(await verifyCrlSignature(crl, stranger)).toBe(false)
  })

  test('mutations and truncations meet no foreign error', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...lists.map(([, der]) => der)), edits, fc.nat(), (der, changes, cut) => {
        const mutant = der.slice(0, cut % 3 === 0 ? cut % der.length : der.length)
        for (const [at, byte] of changes) if (mutant.length > 0) mutant[at % mutant.length] = byte
        try {
          parseCrl(mutant).isRevoked(Uint8Array.of(1))
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
