/** Digests of the stack. SHA-1 is for reading TPM logs and key identifiers, never for signatures. */
export type HashAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** How a signature was made. */
export type SignatureScheme =
  | {
      readonly scheme: 'ecdsa'
      readonly hash: Exclude<HashAlgorithm, 'sha1'>
      /** `raw` is r‖s, each of the curve's width, big-endian; `der` is SEQUENCE of two INTEGERs, strict. Default `der`. */
      readonly format?: 'raw' | 'der'
    }
  | { readonly scheme: 'rsa-pkcs1'; readonly hash: Exclude<HashAlgorithm, 'sha1'> }
  | {
      /** MGF1 runs on the same hash. */
      readonly scheme: 'rsa-pss'
      readonly hash: Exclude<HashAlgorithm, 'sha1'>
      /** Exact length of the salt; the digest's length by default. */
      readonly saltBytes?: number
    }
  | { readonly scheme: 'ed25519' }

/** A scheme with every default filled in, as engines receive it. */
export type NormalizedScheme =
  | { readonly scheme: 'ecdsa' | 'rsa-pkcs1'; readonly hash: HashAlgorithm }
  | { readonly scheme: 'rsa-pss'; readonly hash: HashAlgorithm; readonly saltBytes: number }
  | { readonly scheme: 'ed25519' }

/** Sizes of digests. */
export const DIGEST_BYTES: Readonly<Record<HashAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }
