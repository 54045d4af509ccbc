import { isCodedError } from '@veritee/codec/error'
import type { PublicKey } from '@veritee/codec/signature'
import { verifyCertificateSignature, type X509Certificate } from '@veritee/codec/x509'

/**
 * Whether a key signed a certificate. An algorithm that is not supported, or does not fit the key, is no signature of it:
 * a forged certificate must not end in another error than a forged signature does.
 */
export async function isSignedBy(certificate: X509Certificate, key: PublicKey): Promise<boolean> {
  try {
    return await verifyCertificateSignature(certificate, key)
  } catch (error) {
    if (isCodedError(error)) return false
    throw error
  }
}
