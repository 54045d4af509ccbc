/** Reading the certificates of a chain, and the rules each must keep for its place in it. */
import { CodecError } from '@veritee/codec'
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { EXTENSION_OIDS, parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { ChainContext } from './context.ts'
import { PCK_EXTENSION_OID } from './extension.ts'
import { mendCertificate } from './mend.ts'

const MAX_CHAIN_LENGTH = 64 << 10
const SIGNATURE_ALGORITHM = 'ecdsa-with-SHA256'

const REQUIRED_EXTENSIONS = [
  ['authorityKeyIdentifier', EXTENSION_OIDS.authorityKeyId],
  ['cRLDistributionPoints', EXTENSION_OIDS.crlDistributionPoints],
  ['subjectKeyIdentifier', EXTENSION_OIDS.subjectKeyId],
  ['keyUsage', EXTENSION_OIDS.keyUsage],
  ['basicConstraints', EXTENSION_OIDS.basicConstraints],
] as const

/** Which chain is read: how many certificates it has and which code its faults carry. */
export interface ChainForm {
  readonly path: string
  readonly count: number
  readonly code: EvidenceErrorCode
}

/** Reads a PEM chain of exactly so many certificates, each with the extensions that all of them must have. */
export function readChain(text: string, form: ChainForm, context: ChainContext): readonly X509Certificate[] {
  const blocks = wrapCodec(form, () => parsePem(decodeUrl(text, context.parity), { maxBytes: MAX_CHAIN_LENGTH }))
  const labels = blocks.map((block) => block.label)
  if (blocks.length !== form.count || labels.some((label) => label !== 'CERTIFICATE')) {
    const expected = `${form.count} CERTIFICATE blocks`
    const actual = labels.length === 0 ? 'no PEM block' : labels.join(', ')
    throw new EvidenceError(form.code, undefined, { details: { path: form.path, expected, actual } })
  }
  return blocks.map(({ der }) => {
    const read = context.parity ? mendCertificate : parseCertificate
    const certificate = wrapCodec(form, () => context.certificate(der, read))
    expectExtensions(certificate)
    return certificate
  })
}

/** The place of a certificate in its chain. */
export type CertificateRole = 'root' | 'intermediate' | 'pck' | 'tcbSigner'

/**
 * Refuses a certificate that does not fit its place: algorithms, constraints, key usage, authority key id, critical
 * extensions nobody here knows (specification page, section 4.2). Parity rules leave all of this out.
 */
export function verifyCertificateProfile(
  certificate: X509Certificate,
  role: CertificateRole,
  issuer: X509Certificate,
): void {
  const path = `${role}.certificate`
  const { signatureAlgorithm, publicKey, basicConstraints, keyUsage, unknownCriticalExtensions } = certificate
  const refuse = (code: EvidenceErrorCode, expected: unknown, actual: unknown): EvidenceError =>
    new EvidenceError(code, undefined, { details: { path, expected, actual } })
  if (signatureAlgorithm.name !== SIGNATURE_ALGORITHM || publicKey.curve !== 'P-256') {
    const actual = `${signatureAlgorithm.name}, ${publicKey.curve ?? publicKey.algorithm}`
    throw refuse('DCAP_CERTIFICATE_ALGORITHM_INVALID', `${SIGNATURE_ALGORITHM}, P-256`, actual)
  }
  const unknown = unknownCriticalExtensions.filter((oid) => oid !== PCK_EXTENSION_OID)
  if (unknown.length > 0) throw refuse('DCAP_CERTIFICATE_EXTENSION_UNKNOWN', [], unknown)
  const issues = role === 'root' || role === 'intermediate'
  const depth = role === 'root' ? 1 : 0
  if (basicConstraints?.ca !== issues || (issues && (basicConstraints.pathLength ?? depth) < depth)) {
    throw refuse('DCAP_CERTIFICATE_CONSTRAINTS_INVALID', issues ? 'a CA' : 'no CA', basicConstraints)
  }
  const uses = issues ? (['keyCertSign', 'cRLSign'] as const) : (['digitalSignature'] as const)
  if (uses.some((use) => keyUsage?.has(use) !== true) || (!issues && keyUsage?.has('keyCertSign') === true)) {
    throw refuse('DCAP_CERTIFICATE_KEY_USAGE_INVALID', uses, [...(keyUsage ?? [])])
  }
  const [named, key] = [certificate.authorityKeyId, issuer.subjectKeyId]
  if (named === undefined || key === undefined || !equalBytes(named, key)) {
    const actual = named === undefined ? 'absent' : encodeHex(named)
    throw refuse('DCAP_CERTIFICATE_AUTHORITY_KEY_MISMATCH', key === undefined ? 'absent' : encodeHex(key), actual)
  }
}

function expectExtensions(certificate: X509Certificate): void {
  for (const [name, oid] of REQUIRED_EXTENSIONS) {
    if (certificate.extensions.has(oid)) continue
    throw new EvidenceError('DCAP_CERTIFICATE_EXTENSION_MISSING', undefined, {
      details: { path: `certificate ${certificate.subject.toString()}`, expected: name, actual: 'absent' },
    })
  }
}

/** Issuer chains arrive in HTTP headers, URL-encoded; a bundle may hold them as they came. */
function decodeUrl(text: string, parity: boolean): string {
  if (parity || !text.startsWith('-----BEGIN%20')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function wrapCodec<T>({ path, code }: ChainForm, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new EvidenceError(code, undefined, { details: { path, actual: cause.message, cause: cause.code }, cause })
  }
}
