import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import {
  createKeyPair,
  encodeExtension,
  encodeName,
  encodeRsaAlgorithm,
  mintCertificate,
  spkiOf,
  T0,
} from '../../conformance/mint.ts'
import { concatBytes } from '../bytes/index.ts'
import {
  encodeBitString,
  encodeBoolean,
  encodeElement,
  encodeExplicit,
  encodeImplicit,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUtf8String,
} from '../der/index.ts'
import { CodecError } from '../errors.ts'
import { parsePem } from '../pem/index.ts'
import { importPublicKey } from '../signature/index.ts'
import { EXTENSION_OIDS as OIDS, parseCertificate, verifyCertificateSignature } from './index.ts'

const refusal = (code: string) => expect.objectContaining({ code })
const uri = (text: string) => encodeImplicit(6, new TextEncoder().encode(text))

const STANDARD = [
  encodeExtension(OIDS.basicConstraints, true, encodeSequence(encodeBoolean(true), encodeInteger(1))),
  encodeExtension(OIDS.keyUsage, true, encodeBitString(Uint8Array.of(0x06), 1)),
  encodeExtension(OIDS.extendedKeyUsage, false, encodeSequence(encodeOid('1.3.6.1.5.5.7.3.1'))),
  encodeExtension(OIDS.subjectKeyId, false, encodeOctetString(Uint8Array.of(1, 2))),
  encodeExtension(OIDS.authorityKeyId, false, encodeSequence(encodeImplicit(0, Uint8Array.of(3, 4)))),
  encodeExtension(
    OIDS.crlDistributionPoints,
    false,
    encodeSequence(
      encodeSequence(encodeExplicit(0, encodeExplicit(0, uri('https://x/a.crl'), uri('https://y/a.crl')))),
    ),
  ),
  encodeExtension(
    OIDS.subjectAltName,
    false,
    encodeSequence(
      encodeImplicit(2, new TextEncoder().encode('a.example')),
      encodeImplicit(7, Uint8Array.of(127, 0, 0, 1)),
    ),
  ),
  encodeExtension('1.2.3.4', true, encodeNull()),
]

describe('parseCertificate', () => {
  const key = createKeyPair()
  const der = mintCertificate({ key, extensions: STANDARD })
  const certificate = parseCertificate(der)

  test('reads every field', () => {
    expect(certificate).toMatchObject({
      version: 3,
      serialHex: '1234',
      notBefore: T0,
      notAfter: T0 + 365 * 86400,
      basicConstraints: { ca: true, pathLength: 1 },
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
      subjectKeyId: Uint8Array.of(1, 2),
      authorityKeyId: Uint8Array.of(3, 4),
      crlDistributionPoints: ['https://x/a.crl', 'https://y/a.crl'],
      subjectAltNames: [
        { kind: 'dns', value: 'a.example' },
        { kind: 'ip', value: Uint8Array.of(127, 0, 0, 1) },
      ],
      unknownCriticalExtensions: ['1.2.3.4'],
    })
    expect([...certificate.keyUsage!]).toEqual(['keyCertSign', 'cRLSign'])
    expect(certificate.signatureAlgorithm).toMatchObject({ name: 'ecdsa-with-SHA256', oid: '1.2.840.10045.4.3.2' })
    expect([certificate.issuer.commonName, certificate.subject.commonName]).toEqual(['Issuer', 'Subject'])
    expect(certificate.extensions.size).toBe(STANDARD.length)
    expect(certificate.publicKey).toMatchObject({ algorithm: 'ec', curve: 'P-256', spki: spkiOf(key.publicKey) })
  })

  test('gives the exact signed bytes, which verify under the key alone', async () => {
    expect(await verifyCertificateSignature(certificate, certificate.publicKey)).toBe(true)
    const other = importPublicKey({ kind: 'spki', der: spkiOf(createKeyPair().publicKey) })
    expect(await verifyCertificateSignature(certificate, other)).toBe(false)
  })

  test('a bit flipped anywhere is refused or breaks the signature', async () => {
    for (let at = 0; at < der.length; at++) {
      const broken = der.slice()
      broken[at]! ^= 1 << (at % 8)
      let verdict: boolean
      try {
        verdict = await verifyCertificateSignature(parseCertificate(broken), certificate.publicKey)
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError)
        continue
      }
      expect(verdict).toBe(false)
    }
  })

  test('every truncation is refused', () => {
    for (let length = 0; length < der.length; length++) {
      expect(() => parseCertificate(der.subarray(0, length))).toThrow(CodecError)
    }
  })

  test.each<[string, Uint8Array, string]>([
    ['bytes after the end', concatBytes(der, Uint8Array.of(0)), 'CODEC_DER_TRAILING'],
    [
      'a repeated extension',
      mintCertificate({ extensions: [...STANDARD, STANDARD[0]!] }),
      'CODEC_X509_EXTENSION_DUPLICATE',
    ],
    [
      'two algorithms',
      mintCertificate({ innerAlgorithm: encodeRsaAlgorithm('1.2.840.113549.1.1.11') }),
      'CODEC_X509_INVALID',
    ],
    ['a version 4', mintCertificate({ version: encodeExplicit(0, encodeInteger(3)) }), 'CODEC_DER_UNEXPECTED'],
    [
      'extensions in version 1',
      mintCertificate({ version: new Uint8Array(0), extensions: STANDARD }),
      'CODEC_X509_INVALID',
    ],
    ['a negative serial number', mintCertificate({ serial: encodeInteger(-1) }), 'CODEC_DER_INVALID'],
    ['an endless serial number', mintCertificate({ serial: encodeInteger(2n ** 400n) }), 'CODEC_X509_INVALID'],
    ['a validity without end', mintCertificate({ validity: encodeSequence(encodeTime(T0)) }), 'CODEC_DER_UNEXPECTED'],
    [
      'an element beyond the last',
      mintCertificate({ extensions: STANDARD, trailer: encodeNull() }),
      'CODEC_DER_TRAILING',
    ],
    [
      'a malformed standard extension',
      mintCertificate({ extensions: [encodeExtension(OIDS.basicConstraints, true, encodeNull())] }),
      'CODEC_X509_EXTENSION_INVALID',
    ],
    [
      'a standard extension with a tail',
      mintCertificate({
        extensions: [
          encodeExtension(OIDS.subjectKeyId, false, concatBytes(encodeOctetString(Uint8Array.of(1)), encodeNull())),
        ],
      }),
      'CODEC_X509_EXTENSION_INVALID',
    ],
    [
      'a key off its curve',
      mintCertificate({ spki: spkiOf(createKeyPair().publicKey).map((byte, i) => (i === 60 ? byte ^ 1 : byte)) }),
      'CODEC_KEY_INVALID',
    ],
    [
      'a name with too many attributes',
      mintCertificate({ subject: encodeName('x', ...manyAttributes(64)) }),
      'CODEC_DER_LIMIT',
    ],
    ['too many extensions', mintCertificate({ extensions: manyExtensions(65) }), 'CODEC_DER_LIMIT'],
    ['more than a certificate can be', new Uint8Array((1 << 20) + 1), 'CODEC_DER_LIMIT'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseCertificate(bytes)).toThrow(refusal(code))
  })

  test('a version 1 certificate has no extensions', () => {
    expect(parseCertificate(mintCertificate({ version: new Uint8Array(0) }))).toMatchObject({
      version: 1,
      extensions: new Map(),
      basicConstraints: undefined,
      keyUsage: undefined,
    })
  })

  test('an unknown key or signature algorithm is read, and refused only when used', () => {
    const dsa = encodeSequence(
      encodeSequence(encodeOid('1.2.840.10040.4.1'), encodeNull()),
      encodeBitString(Uint8Array.of(1)),
    )
    const sm2 = encodeSequence(encodeOid('1.2.156.10197.1.501'))
    const odd = parseCertificate(mintCertificate({ spki: dsa, innerAlgorithm: sm2, outerAlgorithm: sm2 }))
    expect(odd.publicKey.algorithm).toBe('other')
    expect(odd.signatureAlgorithm).toMatchObject({ name: 'SM2-with-SM3', scheme: undefined })
    expect(() => verifyCertificateSignature(odd, certificate.publicKey)).toThrow(refusal('CODEC_SIGNATURE_UNSUPPORTED'))
    expect(() => verifyCertificateSignature(certificate, odd.publicKey)).toThrow(refusal('CODEC_SIGNATURE_UNSUPPORTED'))
  })
})

describe('names', () => {
  const nameOf = (subject: Uint8Array) => parseCertificate(mintCertificate({ subject })).subject
  const five: [string, string][] = [
    ['2.5.4.6', 'US'],
    ['2.5.4.10', 'Intel'],
    ['2.5.4.7', 'Santa Clara'],
    ['2.5.4.8', 'CA'],
  ]

  test('are the same principal whatever the order and the other attributes', () => {
    const name = nameOf(encodeName('Root', ...five))
    expect(name.isSamePrincipal(nameOf(encodeName('Root', ...five.toReversed(), ['2.5.4.11', 'unit'])))).toBe(true)
    expect(name.equals(nameOf(encodeName('Root', ...five.toReversed())))).toBe(false)
    expect(name.equals(nameOf(encodeName('Root', ...five)))).toBe(true)
    for (let i = 0; i < five.length; i++) {
      const changed = five.map(([oid, text], at): [string, string] => [oid, at === i ? `${text}x` : text])
      expect(name.isSamePrincipal(nameOf(encodeName('Root', ...changed)))).toBe(false)
      expect(name.isSamePrincipal(nameOf(encodeName('Root', ...five.toSpliced(i, 1))))).toBe(false)
    }
    expect(name.isSamePrincipal(nameOf(encodeName('Root 2', ...five)))).toBe(false)
    expect(nameOf(encodeSequence()).isSamePrincipal(nameOf(encodeSequence()))).toBe(false)
  })

  test('print as RFC 2253', () => {
    expect(nameOf(encodeName(' a,b+"c"\\<d>;e ', ['2.5.4.10', '#x'], ['2.5.4.6', 'DE'])).toString()).toBe(
      'CN=\\ a\\,b\\+\\"c\\"\\\\\\<d\\>\\;e\\ ,C=DE,O=\\#x',
    )
    expect(nameOf(encodeName('é\n', ['1.2.3', 'x'])).toString()).toBe('CN=é\\0A,1.2.3=#0C0178')
    const multi = encodeSet(
      encodeSequence(encodeOid('2.5.4.3'), encodeUtf8String('a')),
      encodeSequence(encodeOid('2.5.4.11'), encodeUtf8String('b')),
    )
    expect(nameOf(encodeSequence(multi)).toString()).toBe('OU=b+CN=a')
  })

  test('a value that is no string is kept and printed in hexadecimal', () => {
    const odd = nameOf(encodeSequence(encodeSet(encodeSequence(encodeOid('2.5.4.3'), encodeInteger(5)))))
    expect(odd.commonName).toBeUndefined()
    expect(odd.toString()).toBe('CN=#020105')
  })
})

describe.skipIf(!haveVectors)(`genuine certificates${vectorsAbsent}`, () => {
  const chains = (['sgx_quote', 'tdx_quote', 'tdx_quote_outdated'] as const).flatMap((name) => {
    if (!haveVectors) return []
    const collateral = readVectorJson<Record<string, string>>(`dcap/${name}_collateral.json`)
    return ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'qe_identity_issuer_chain'].map(
      (member) => [`${name} ${member}`, parsePem(collateral[member]!).map(({ der }) => der)] as const,
    )
  })

  test.each(chains)('%s verifies up to its root', async (_, ders) => {
    const [leaf, root] = ders.map((der) => parseCertificate(der))
    expect(leaf!.issuer.equals(root!.subject)).toBe(true)
    expect(root!.subject.commonName).toBe('Intel SGX Root CA')
    expect(await verifyCertificateSignature(leaf!, root!.publicKey)).toBe(true)
    expect(await verifyCertificateSignature(root!, root!.publicKey)).toBe(true)
    expect(await verifyCertificateSignature(root!, leaf!.publicKey)).toBe(false)
    expect(leaf!.authorityKeyId).toEqual(root!.subjectKeyId)
    expect(leaf!.unknownCriticalExtensions).toEqual([])
  })

  test.each(['milan', 'genoa', 'turin'])('the RSA-PSS chain of %s verifies', async (line) => {
    const [ask, ark, asvk] = parsePem(readVector(`snp/${line}_ask_ark_asvk.pem`)).map(({ der }) =>
      parseCertificate(der),
    )
    for (const certificate of [ask!, ark!, asvk!]) {
      expect(certificate.signatureAlgorithm.scheme).toEqual({ scheme: 'rsa-pss', hash: 'sha384', saltBytes: 48 })
      expect(await verifyCertificateSignature(certificate, ark!.publicKey)).toBe(true)
      expect(await verifyCertificateSignature(certificate, ask!.publicKey)).toBe(false)
    }
  })

  test('mutations meet no foreign error', () => {
    const ders = [
      ...chains.map(([, [leaf]]) => leaf!),
      readVector('ratls/real-rats-tls-cert.der'),
      readVector('snp/test-vcek.der'),
    ]
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...ders), edits, fc.nat(), (der, changes, cut) => {
        const mutant = der.slice(0, cut % 3 === 0 ? cut % der.length : der.length)
        for (const [at, byte] of changes) if (mutant.length > 0) mutant[at % mutant.length] = byte
        try {
          parseCertificate(mutant).subject.toString()
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('random bytes within a frame meet no foreign error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const candidate of [bytes, encodeElement(0x30, bytes)]) {
        expect(() => parseCertificate(candidate)).toThrow(CodecError)
      }
    }),
    { numRuns: 500 },
  )
})

function manyAttributes(count: number): [string, string][] {
  return Array.from({ length: count }, () => ['2.5.4.11', 'unit'])
}

function manyExtensions(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => encodeExtension(`1.2.3.${i}`, false, encodeNull()))
}
