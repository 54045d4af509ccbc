import { concatBytes, reverseBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { importPublicKey, type PublicKey, verifySignature } from '@veritee/codec/signature'
import { EvidenceError } from '../../errors.ts'
import type { Verified } from '../../result/index.ts'
import { sealVerified } from '../../result/seal.ts'
import { SIGSTRUCT } from './layout.ts'
import type { Sigstruct } from './types.ts'

/** A signature structure whose signature holds: its MRENCLAVE is what the owner of its MRSIGNER signed. */
export type VerifiedSigstruct = Verified<{ readonly sigstruct: Sigstruct }>

/**
 * Verifies that a SIGSTRUCT is signed by the key it carries: RSA-3072 with exponent 3, PKCS #1 v1.5, SHA-256 over bytes
 * 0 to 127 and 900 to 1027.
 *
 * Not checked: whose key it is. Compare `mrSigner` with the one you expect.
 *
 * @throws EvidenceError `DCAP_SIGSTRUCT_SIGNATURE_INVALID`, or `DCAP_SIGSTRUCT_INVALID` if its modulus is no RSA modulus.
 */
export async function verifySigstruct(sigstruct: Sigstruct): Promise<VerifiedSigstruct> {
  const { bytes } = sigstruct
  const signed = concatBytes(
    bytes.subarray(0, SIGSTRUCT.modulus),
    bytes.subarray(SIGSTRUCT.miscSelect, SIGSTRUCT.reserved3),
  )
  const signature = reverseBytes(sigstruct.signature)
  const scheme = { scheme: 'rsa-pkcs1', hash: 'sha256' } as const
  if (!(await verifySignature(importSigner(sigstruct), scheme, signed, signature))) {
    throw new EvidenceError('DCAP_SIGSTRUCT_SIGNATURE_INVALID', undefined, {
      details: { path: 'sigstruct.signature' },
    })
  }
  return sealVerified({ sigstruct })
}

function importSigner(sigstruct: Sigstruct): PublicKey {
  // 384 bytes with the highest bit set are 3072 bits; a shorter modulus would be another, weaker key.
  if ((sigstruct.modulus[sigstruct.modulus.length - 1]! & 0x80) === 0) {
    throw invalidModulus('The modulus of the enclave signature structure is shorter than 3072 bits.')
  }
  try {
    return importPublicKey({
      kind: 'rsa',
      modulus: reverseBytes(sigstruct.modulus),
      exponent: Uint8Array.of(sigstruct.exponent),
    })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw invalidModulus('The modulus of the enclave signature structure is no RSA modulus.', cause)
  }
}

function invalidModulus(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError('DCAP_SIGSTRUCT_INVALID', message, { details: { path: 'sigstruct.modulus' }, cause })
}
