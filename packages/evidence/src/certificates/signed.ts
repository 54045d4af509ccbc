import { isCodedError } from '@veritee/codec/error'
import type { PublicKey } from '@veritee/codec/signature'
import { verifyCertificateSignature, type X509Certificate } from '@veritee/codec/x509'

/** Which keys signed a certificate, by the parsed objects: the chain of a chip is met again with every report of it. */
const known = new WeakMap<X509Certificate, WeakSet<PublicKey>>()

/**
 * Whether a key signed a certificate. An algorithm that is not supported, or does not fit the key, is no signature of it:
 * a forged certificate must not end in another error than a forged signature does.
 */
export async function isSignedBy(certificate: X509Certificate, key: PublicKey): Promise<boolean> {
  if (known.get(certificate)?.has(key) === true) return true
  const isGenuine = await verify(certificate, key)
  if (isGenuine) remember(certificate, key)
  return isGenuine
}

async function verify(certificate: X509Certificate, key: PublicKey): Promise<boolean> {
  try {
    return await verifyCertificateSignature(certificate, key)
  } catch (error) {
    if (isCodedError(error)) return false
    throw error
  }
}

function remember(certificate: X509Certificate, key: PublicKey): void {
  const keys = known.get(certificate) ?? new WeakSet()
  known.set(certificate, keys.add(key))
}
