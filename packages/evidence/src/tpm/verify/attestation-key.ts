/** What ties an attestation key to a real TPM. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { verifyCertificateSignature, type X509Certificate } from '@veritee/codec/x509'
import { TpmError, type TpmErrorCode } from '../codes.ts'
import type { TpmEvidence } from '../types.ts'
import type { TpmAuthority, TpmTrust } from './types.ts'

/** TCG OID of certificates for attestation keys (TCG EK Credential Profile, section 3.2.16: tcg-kp-AIKCertificate). */
const AIK_USAGE = '2.23.133.8.3'

export interface KeyBinding {
  readonly boundBy: 'certificate' | 'enrolment' | 'name'
  readonly keyDigest: Uint8Array
  readonly expiresAt?: number
  readonly simulated: boolean
}

/**
 * Decides by what the key is trusted: its certificate, an enrolment, or its name on a list, in this order.
 *
 * @throws EvidenceError TPM_AK_UNBOUND, TPM_AK_CERTIFICATE_*, TPM_KEY_MISMATCH
 */
export async function bindAttestationKey(evidence: TpmEvidence, trust: TpmTrust): Promise<KeyBinding> {
  const { attestationKey, attestationKeyCertificate } = evidence
  const keyDigest = digest('sha256', attestationKey.spki)
  if (attestationKeyCertificate !== undefined) {
    if (!equalBytes(attestationKeyCertificate.publicKey.spki, attestationKey.spki)) {
      throw refuse(
        'TPM_KEY_MISMATCH',
        'ak_cert.publicKey',
        encodeHex(keyDigest),
        encodeHex(digest('sha256', attestationKeyCertificate.publicKey.spki)),
      )
    }
    const authority = await verifyKeyCertificate(attestationKeyCertificate, trust)
    const expiresAt = Math.min(attestationKeyCertificate.notAfter, authority.certificate.notAfter)
    return { boundBy: 'certificate', keyDigest, expiresAt, simulated: authority.simulated }
  }
  const among = (list: readonly Uint8Array[] | undefined) =>
    list?.some((entry) => equalBytes(entry, keyDigest)) === true
  if (among(trust.enrolled)) return { boundBy: 'enrolment', keyDigest, simulated: false }
  if (among(trust.allowed)) return { boundBy: 'name', keyDigest, simulated: false }
  throw refuse('TPM_AK_UNBOUND', 'ak', 'a certificate, an enrolment or a name on the list', encodeHex(keyDigest))
}

async function verifyKeyCertificate(
  certificate: X509Certificate,
  { authorities = [], now }: TpmTrust,
): Promise<TpmAuthority> {
  const authority = authorities.find((entry) => certificate.issuer.equals(entry.certificate.subject))
  if (authority === undefined || !(await verifyCertificateSignature(certificate, authority.certificate.publicKey))) {
    throw refuse(
      'TPM_AK_CERTIFICATE_UNTRUSTED',
      'ak_cert.issuer',
      authorities.map((entry) => entry.certificate.subject.toString()),
      certificate.issuer.toString(),
    )
  }
  if (certificate.basicConstraints?.ca === true)
    throw refuse('TPM_AK_CERTIFICATE_INVALID', 'ak_cert.basicConstraints', 'no CA', 'CA')
  if (certificate.unknownCriticalExtensions.length > 0) {
    throw refuse(
      'TPM_AK_CERTIFICATE_INVALID',
      'ak_cert.extensions',
      'no unknown critical extension',
      certificate.unknownCriticalExtensions,
    )
  }
  if (certificate.extendedKeyUsage !== undefined && !certificate.extendedKeyUsage.includes(AIK_USAGE)) {
    throw refuse('TPM_AK_CERTIFICATE_INVALID', 'ak_cert.extendedKeyUsage', AIK_USAGE, certificate.extendedKeyUsage)
  }
  for (const { notBefore, notAfter } of [certificate, authority.certificate]) {
    if (now < notBefore || now > notAfter) {
      throw refuse(
        'TPM_AK_CERTIFICATE_EXPIRED',
        'ak_cert.validity',
        [notBefore, notAfter].map(iso).join(' to '),
        iso(now),
      )
    }
  }
  return authority
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

function refuse(code: TpmErrorCode, path: string, expected: unknown, actual: unknown): TpmError {
  return new TpmError(code, undefined, { details: { path, expected, actual } })
}
