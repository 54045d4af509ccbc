import { CodecError } from '../errors.ts'
import type { PublicKey } from '../signature/public-key.ts'
import { verifySignature } from '../signature/verify.ts'
import type { X509Certificate } from './certificate.ts'
import type { X509Crl } from './crl.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/**
 * Tells whether the certificate was signed with the private half of `issuerKey`: the signature alone, over the exact
 * bytes. Names, times and constraints are the caller's. Always `await` the result. Algorithms that are not verified here
 * (SM2, SHA-1, unknown ones) and such as do not fit the key throw `CODEC_SIGNATURE_UNSUPPORTED`.
 */
export function verifyCertificateSignature(
  certificate: X509Certificate,
  issuerKey: PublicKey,
): boolean | Promise<boolean> {
  return verifySigned(certificate, issuerKey)
}

/** Tells whether the revocation list was signed with the private half of `issuerKey`; otherwise as for certificates. */
export function verifyCrlSignature(crl: X509Crl, issuerKey: PublicKey): boolean | Promise<boolean> {
  return verifySigned(crl, issuerKey)
}

interface Signed {
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
  readonly signatureAlgorithm: SignatureAlgorithm
}

function verifySigned({ tbs, signature, signatureAlgorithm }: Signed, key: PublicKey): boolean | Promise<boolean> {
  if (signatureAlgorithm.scheme === undefined) {
    throw new CodecError('CODEC_SIGNATURE_UNSUPPORTED', undefined, { details: { actual: signatureAlgorithm.name } })
  }
  return verifySignature(key, signatureAlgorithm.scheme, tbs, signature)
}
