import { encodeBase64 } from '@veritee/codec/bytes'
import { readDer } from '@veritee/codec/der'
import type { X509Certificate } from '@veritee/codec/x509'
import { createNumber, type RegoObject, type Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'
import { formatTime } from '../../time/format.ts'
import { RFC3339 } from '../../time/layout.ts'
import { UTC } from '../../time/zone.ts'
import { publicKeyAlgorithm, publicKeyValue } from '../keys/public-key.ts'
import { integerOfBytes } from '../signing/modular.ts'
import { KEY_PURPOSES, signatureAlgorithmNumber } from './algorithms.ts'
import { alternativeNames, namesOfKind } from './alternative-names.ts'
import { readOrFail } from './input.ts'
import { listOrNull, nameValue, oidValue } from './name-value.ts'

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

const AUTHORITY_ACCESS = '1.3.6.1.5.5.7.1.1'
const ACCESS_OCSP = '1.3.6.1.5.5.7.48.1'
const ACCESS_ISSUER = '1.3.6.1.5.5.7.48.2'
const POLICIES = '2.5.29.32'
const TAG_URI = 0x86

/** Base64 of bytes, or null where there are none. */
function bytesOrNull(bytes: Uint8Array | undefined): Value {
  return bytes === undefined ? null : encodeBase64(bytes)
}

function timeValue(seconds: number): Value {
  return formatTime(BigInt(seconds) * 1_000_000_000n, UTC, RFC3339)
}

/** Locations of the authority's services (RFC 5280 §4.2.2.1). */
function accessLocations(certificate: X509Certificate, method: string): readonly string[] {
  const extension = certificate.extensions.get(AUTHORITY_ACCESS)
  if (extension === undefined) return []
  return readDer(extension.value, (list) => {
    const locations: string[] = []
    while (!list.atEnd) {
      const description = list.readSequence()
      const isWanted = description.readOid() === method
      const { tag, content } = description.read()
      if (isWanted && tag === TAG_URI) locations.push(String.fromCharCode(...content))
    }
    return locations
  })
}

function policyIdentifiers(certificate: X509Certificate): readonly string[] {
  const extension = certificate.extensions.get(POLICIES)
  if (extension === undefined) return []
  return readDer(extension.value, (list) => {
    const policies: string[] = []
    while (!list.atEnd) {
      const policy = list.readSequence()
      policies.push(policy.readOid())
      while (!policy.atEnd) policy.read()
    }
    return policies
  })
}

function basicConstraints({ basicConstraints: constraints }: X509Certificate): Record<string, Value> {
  const length = constraints === undefined ? 0 : (constraints.pathLength ?? -1)
  return {
    BasicConstraintsValid: constraints !== undefined,
    IsCA: constraints?.ca ?? false,
    MaxPathLen: length,
    MaxPathLenZero: constraints !== undefined && length === 0,
  }
}

function keyUsages({ keyUsage, extendedKeyUsage }: X509Certificate): Record<string, Value> {
  const bits = KEY_USAGES.reduce((sum, usage, i) => sum | (keyUsage?.has(usage) ? 1 << i : 0), 0)
  const purposes = (extendedKeyUsage ?? []).map((oid) => ({
    oid,
    number: KEY_PURPOSES.findIndex((purpose) => purpose.oid === oid),
  }))
  return {
    KeyUsage: bits,
    ExtKeyUsage: listOrNull(purposes.flatMap(({ number }) => (number < 0 ? [] : [number]))),
    UnknownExtKeyUsage: listOrNull(purposes.flatMap(({ oid, number }) => (number < 0 ? [oidValue(oid)] : []))),
  }
}

/** A certificate with the members of Go's x509.Certificate; name constraints stand among its extensions only. */
export function certificateValue(certificate: X509Certificate): RegoObject {
  const names = certificate.subjectAltNames ?? []
  const policies = readOrFail('x509: malformed certificate', () => policyIdentifiers(certificate))
  const extensions = [...certificate.extensions].map(([oid, { critical, value }]) =>
    recordOf({ Id: oidValue(oid), Critical: critical, Value: encodeBase64(value) }),
  )
  return recordOf({
    Raw: encodeBase64(certificate.der),
    RawTBSCertificate: encodeBase64(certificate.tbs),
    RawSubjectPublicKeyInfo: encodeBase64(certificate.publicKey.spki),
    RawSubject: encodeBase64(certificate.subject.der),
    RawIssuer: encodeBase64(certificate.issuer.der),
    Signature: encodeBase64(certificate.signature),
    SignatureAlgorithm: signatureAlgorithmNumber(certificate.signatureAlgorithm),
    PublicKeyAlgorithm: publicKeyAlgorithm(certificate.publicKey),
    PublicKey: publicKeyValue(certificate.publicKey),
    Version: certificate.version,
    SerialNumber: createNumber(integerOfBytes(certificate.serial)),
    Issuer: nameValue(certificate.issuer),
    Subject: nameValue(certificate.subject),
    NotBefore: timeValue(certificate.notBefore),
    NotAfter: timeValue(certificate.notAfter),
    ...keyUsages(certificate),
    Extensions: listOrNull(extensions),
    ExtraExtensions: null,
    UnhandledCriticalExtensions: listOrNull(certificate.unknownCriticalExtensions.map(oidValue)),
    ...basicConstraints(certificate),
    SubjectKeyId: bytesOrNull(certificate.subjectKeyId),
    AuthorityKeyId: bytesOrNull(certificate.authorityKeyId),
    OCSPServer: readOrFail('x509: malformed certificate', () => listOrNull(accessLocations(certificate, ACCESS_OCSP))),
    IssuingCertificateURL: readOrFail('x509: malformed certificate', () =>
      listOrNull(accessLocations(certificate, ACCESS_ISSUER)),
    ),
    ...alternativeNames(names),
    CRLDistributionPoints: listOrNull(certificate.crlDistributionPoints ?? []),
    PolicyIdentifiers: listOrNull(policies.map(oidValue)),
    Policies: listOrNull(policies),
  })
}

/** The same with `URIStrings`, the texts of its URIs. */
export function certificateValueWithUris(certificate: X509Certificate): RegoObject {
  const uris = namesOfKind(certificate.subjectAltNames ?? [], 'uri')
  const members: Record<string, Value> = { URIStrings: listOrNull(uris) }
  for (const [name, value] of certificateValue(certificate).entries()) members[name as string] = value
  return recordOf(members)
}
