/** Certificates of attestation and endorsement keys (TCG EK Credential Profile, section 3.2). */
import { EXTENSION_OIDS, type KeyUsage, type X509Certificate } from '@veritee/codec/x509'
import { isSignedBy } from '../../certificates/signed.ts'
import { TpmError, type TpmErrorCode } from '../codes.ts'
import type { TpmAuthority } from './types.ts'

/** Which key a certificate is for. */
export type CertifiedKeyKind = 'ak' | 'ek'

/** tcg-kp-AIKCertificate and tcg-kp-EKCertificate. */
const USAGE = { ak: '2.23.133.8.3', ek: '2.23.133.8.1' } as const
/** What each key does, where its certificate says so: endorsement keys decrypt with RSA and agree on keys with curves. */
const RIGHTS: Readonly<Record<CertifiedKeyKind, readonly KeyUsage[]>> = {
  ak: ['digitalSignature'],
  ek: ['keyEncipherment', 'keyAgreement'],
}
/** An endorsement key certificate names the TPM there, critically, because its subject is empty. */
const UNDERSTOOD: readonly string[] = [EXTENSION_OIDS.subjectAltName]

/**
 * Checks a certificate under the authority that its issuer names. The authority itself is trusted as given: where it is an
 * intermediate, the caller has judged what is above it.
 *
 * @throws EvidenceError TPM_AK_CERTIFICATE_* or TPM_EK_CERTIFICATE_*
 */
export async function verifyKeyCertificate(
  kind: CertifiedKeyKind,
  certificate: X509Certificate,
  authorities: readonly TpmAuthority[],
  now: number,
): Promise<TpmAuthority> {
  const refuse = (problem: 'INVALID' | 'EXPIRED' | 'UNTRUSTED', member: string, expected: unknown, actual: unknown) => {
    const code: TpmErrorCode = `TPM_${kind === 'ak' ? 'AK' : 'EK'}_CERTIFICATE_${problem}`
    return new TpmError(code, undefined, { details: { path: `${kind}_cert.${member}`, expected, actual } })
  }
  const authority = await findIssuer(certificate, authorities)
  if (authority === undefined) {
    const names = authorities.map((entry) => entry.certificate.subject.toString())
    throw refuse('UNTRUSTED', 'issuer', names, certificate.issuer.toString())
  }
  if (authority.certificate.basicConstraints?.ca !== true) throw refuse('UNTRUSTED', 'issuer', 'CA', 'no CA')
  if (authority.certificate.keyUsage?.has('keyCertSign') === false)
    throw refuse('UNTRUSTED', 'issuer.keyUsage', 'keyCertSign', [...authority.certificate.keyUsage])
  if (certificate.basicConstraints?.ca === true) throw refuse('INVALID', 'basicConstraints', 'no CA', 'CA')
  const unknown = certificate.unknownCriticalExtensions.filter((oid) => !UNDERSTOOD.includes(oid))
  if (unknown.length > 0) throw refuse('INVALID', 'extensions', 'no unknown critical extension', unknown)
  const rights = certificate.keyUsage
  if (rights !== undefined && !RIGHTS[kind].some((right) => rights.has(right)))
    throw refuse('INVALID', 'keyUsage', RIGHTS[kind], [...rights])
  const usage = certificate.extendedKeyUsage
  if (usage !== undefined && !usage.includes(USAGE[kind]))
    throw refuse('INVALID', 'extendedKeyUsage', USAGE[kind], usage)
  for (const { notBefore, notAfter } of [certificate, authority.certificate]) {
    if (now < notBefore || now > notAfter)
      throw refuse('EXPIRED', 'validity', [notBefore, notAfter].map(iso).join(' to '), iso(now))
  }
  return authority
}

/** Of authorities with one name, the one whose key signed. */
async function findIssuer(
  certificate: X509Certificate,
  authorities: readonly TpmAuthority[],
): Promise<TpmAuthority | undefined> {
  for (const authority of authorities) {
    if (!certificate.issuer.equals(authority.certificate.subject)) continue
    if (await isSignedBy(certificate, authority.certificate.publicKey)) return authority
  }
  return undefined
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
