/** Rules that quotes of every TPM share. */
import { concatBytes, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { QuotedBank } from '@veritee/evidence/tpm'

/** Register that init data is measured into. */
const INIT_DATA_PCR = 8
const DIGEST_BYTES = 32

/** PCR 8 of the SHA-256 bank, where a quote covers it. */
export function initDataRegister(banks: readonly QuotedBank[]): Uint8Array | undefined {
  const bank = banks.find(({ hash }) => hash === 'sha256')
  const isCovered = bank?.quote.selections.some(({ pcrs }) => pcrs.includes(INIT_DATA_PCR)) === true
  return isCovered ? bank.pcrs[INIT_DATA_PCR] : undefined
}

/** The register was zero and was extended once with the digest, which must have its size: nothing is cut or padded. */
export function isExtendedWith(register: Uint8Array, value: Uint8Array): boolean {
  return (
    value.length === DIGEST_BYTES &&
    equalBytes(register, digest('sha256', concatBytes(new Uint8Array(DIGEST_BYTES), value)))
  )
}

/**
 * Whether the nonce of a quote is this question. Attesters take it as it is, or padded with zeros to 32 or to 64 bytes, or
 * cut to 32 bytes; the whole nonce is compared in each form.
 */
export function isNonceFor(nonce: Uint8Array, asked: Uint8Array): boolean {
  if (asked.length === 0) return false
  if (nonce.length === asked.length) return equalBytes(nonce, asked)
  if (nonce.length !== 32 && nonce.length !== 64) return false
  if (asked.length > nonce.length) return nonce.length === 32 && equalBytes(nonce, asked.subarray(0, 32))
  return equalBytes(nonce, concatBytes(asked, new Uint8Array(nonce.length - asked.length)))
}
