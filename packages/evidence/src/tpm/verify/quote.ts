/** A single quote: who signed it, over which PCRs, with which digest. */
import { concatBytes, encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { type PublicKey, verifySignature } from '@veritee/codec/signature'
import { sm3, verifySm2Digest } from '@veritee/codec/sm'
import { TpmError, type TpmErrorCode } from '../codes.ts'
import type { TpmHash } from '../structure/algorithms.ts'
import { rawEcSignature } from '../structure/signature.ts'
import type { QuotedBank } from '../types.ts'

/** TPMs make attestation keys of this size at least; shorter ones can be factored. */
const LEAST_RSA_BITS = 2048

/**
 * @throws EvidenceError TPM_SIGNATURE_ALGORITHM, TPM_SIGNATURE_INVALID
 */
export async function verifyQuoteSignature({ quote, signature }: QuotedBank, key: PublicKey): Promise<void> {
  if (!(await verifyWith(key, signature, quote.bytes))) throw refuse('TPM_SIGNATURE_INVALID', 'quote.signature')
}

async function verifyWith(key: PublicKey, signature: QuotedBank['signature'], message: Uint8Array): Promise<boolean> {
  const { scheme, hash } = signature
  if (scheme === 'sm2' && hash === 'sm3' && key.curve === 'SM2')
    return verifySm2Digest(key, sm3(message), rawEcSignature(signature, 32))
  if (hash === 'sha1' || hash === 'sm3')
    throw refuse('TPM_SIGNATURE_ALGORITHM', 'signature.hash', 'SHA-256 or better', hash)
  if (key.algorithm === 'rsa' && (scheme === 'rsassa' || scheme === 'rsapss')) {
    const bits = key.modulus!.length * 8
    if (bits < LEAST_RSA_BITS) throw refuse('TPM_SIGNATURE_ALGORITHM', 'ak.modulus', `${LEAST_RSA_BITS} bits`, bits)
    const kind = scheme === 'rsassa' ? 'rsa-pkcs1' : 'rsa-pss'
    return await verifySignature(key, { scheme: kind, hash }, message, signature.parts[0]!)
  }
  if (key.algorithm === 'ec' && scheme === 'ecdsa' && (key.curve === 'P-256' || key.curve === 'P-384')) {
    const raw = rawEcSignature(signature, key.curve === 'P-384' ? 48 : 32)
    return await verifySignature(key, { scheme: 'ecdsa', hash, format: 'raw' }, message, raw)
  }
  throw refuse('TPM_SIGNATURE_ALGORITHM', 'signature.sigAlg', key.algorithm, scheme)
}

/**
 * The signed selection must be the one bank that the values are of, and the values of the selected PCRs must hash to
 * the signed digest. PCRs that were not selected are not covered: the caller learns which were.
 *
 * @returns the PCRs that the quote covers, ascending
 * @throws EvidenceError TPM_PCR_SELECTION, TPM_PCR_DIGEST
 */
export function checkPcrs(
  { hash, quote, signature, pcrs }: QuotedBank,
  required: readonly number[],
): readonly number[] {
  const [selection, ...others] = quote.selections.filter((entry) => entry.pcrs.length > 0)
  if (selection === undefined || others.length > 0 || selection.hash !== hash) {
    throw refuse('TPM_PCR_SELECTION', 'quote.pcrSelect', `the ${hash} bank alone`, quote.selections)
  }
  const absent = required.filter((pcr) => !selection.pcrs.includes(pcr))
  if (absent.length > 0) throw refuse('TPM_PCR_SELECTION', 'quote.pcrSelect.pcrs', required, selection.pcrs)
  const values = selection.pcrs.map((pcr) => pcrs[pcr]!)
  const own = digestWith(signature.hash, concatBytes(...values))
  if (!equalBytes(own, quote.pcrDigest))
    throw refuse('TPM_PCR_DIGEST', 'quote.pcrDigest', encodeHex(quote.pcrDigest), encodeHex(own))
  return selection.pcrs
}

function digestWith(hash: TpmHash, bytes: Uint8Array): Uint8Array {
  return hash === 'sm3' ? sm3(bytes) : digest(hash, bytes)
}

function refuse(code: TpmErrorCode, path: string, expected?: unknown, actual?: unknown): TpmError {
  return new TpmError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
