/** What ties an attestation key to a real TPM. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { PublicKey } from '@veritee/codec/signature'
import { TpmError, type TpmErrorCode } from '../codes.ts'
import type { TpmEvidence } from '../types.ts'
import { verifyKeyCertificate } from './key-certificate.ts'
import type { TpmTrust } from './types.ts'

export interface KeyBinding {
  readonly boundBy: 'certificate' | 'enrolment' | 'name'
  readonly keyDigest: Uint8Array
  readonly expiresAt?: number
  readonly endorsementName?: Uint8Array
  readonly simulated: boolean
}

/**
 * Decides by what the key is trusted: its certificate, an enrolment, or its name on a list, in this order.
 *
 * @throws EvidenceError TPM_AK_UNBOUND, TPM_AK_CERTIFICATE_*, TPM_KEY_MISMATCH
 */
export async function bindAttestationKey(evidence: TpmEvidence, trust: TpmTrust): Promise<KeyBinding> {
  const { attestationKey, attestationKeyCertificate } = evidence
  const keyDigest = digestOfKey(attestationKey)
  if (attestationKeyCertificate !== undefined) {
    if (!equalBytes(attestationKeyCertificate.publicKey.spki, attestationKey.spki)) {
      throw refuse(
        'TPM_KEY_MISMATCH',
        'ak_cert.publicKey',
        encodeHex(keyDigest),
        encodeHex(digest('sha256', attestationKeyCertificate.publicKey.spki)),
      )
    }
    const authority = await verifyKeyCertificate('ak', attestationKeyCertificate, trust.authorities ?? [], trust.now)
    const expiresAt = Math.min(attestationKeyCertificate.notAfter, authority.certificate.notAfter)
    return { boundBy: 'certificate', keyDigest, expiresAt, simulated: authority.simulated }
  }
  const enrolled = trust.enrolled?.find((entry) => equalBytes(entry.keyDigest, keyDigest))
  if (enrolled !== undefined) {
    const { endorsementName, simulated } = enrolled
    return { boundBy: 'enrolment', keyDigest, ...(endorsementName === undefined ? {} : { endorsementName }), simulated }
  }
  const isAllowed = trust.allowed?.some((entry) => equalBytes(entry, keyDigest)) === true
  if (isAllowed) return { boundBy: 'name', keyDigest, simulated: false }
  throw refuse('TPM_AK_UNBOUND', 'ak', 'a certificate, an enrolment or a name on the list', encodeHex(keyDigest))
}

/** Digests by the parsed key: one attests again and again. */
const knownDigests = new WeakMap<PublicKey, Uint8Array>()

function digestOfKey(key: PublicKey): Uint8Array {
  const known = knownDigests.get(key) ?? digest('sha256', key.spki)
  knownDigests.set(key, known)
  return known
}

function refuse(code: TpmErrorCode, path: string, expected: unknown, actual: unknown): TpmError {
  return new TpmError(code, undefined, { details: { path, expected, actual } })
}
