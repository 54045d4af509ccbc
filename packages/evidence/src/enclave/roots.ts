import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { EnclaveError, refuse } from './codes.ts'

/** A root key that chains of enclave documents may end in. None is trusted by default. */
export interface EnclaveRoot {
  readonly name: string
  /** SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the key is pinned, not one certificate of it. */
  readonly keyDigest: Uint8Array
  /** Results that rest on a simulated root say so. */
  readonly simulated: boolean
}

/**
 * Reads a root to trust from its certificate, PEM or DER. Whose it is, the caller knows.
 *
 * @throws EvidenceError ENCLAVE_CHAIN_MALFORMED
 */
export function parseEnclaveRoot(certificate: string | Uint8Array, options: { simulated: boolean }): EnclaveRoot {
  try {
    const { subject, publicKey } = parseCertificate(derOf(certificate))
    return {
      name: subject.commonName ?? subject.toString(),
      keyDigest: digest('sha256', publicKey.spki),
      simulated: options.simulated,
    }
  } catch (cause) {
    if (!isCodedError(cause) || cause instanceof EnclaveError) throw cause
    throw new EnclaveError('ENCLAVE_CHAIN_MALFORMED', undefined, { details: { path: 'root' }, cause })
  }
}

function derOf(certificate: string | Uint8Array): Uint8Array {
  if (typeof certificate !== 'string' && certificate[0] === 0x30) return certificate
  const [block] = parsePem(certificate)
  if (block?.label !== 'CERTIFICATE') throw refuse('ENCLAVE_CHAIN_MALFORMED', 'root', 'a certificate', block?.label)
  return block.der
}
