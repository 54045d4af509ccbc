import { digest } from '@veritee/codec/hash'
import { sm3 } from '@veritee/codec/sm'
import { BANKS, type BankName } from './banks.ts'
import type { AttestationKey } from './keys.ts'
import { type AttestTemplate, createAttest, encodeAttest, nameOfPublic } from './structures.ts'

/** A quote of one bank before it is signed. */
export interface QuoteTemplate {
  readonly bank: BankName
  /** The values that are shown: all 24. */
  pcrs: Uint8Array[]
  attest: AttestTemplate
  key: AttestationKey
}

/** A quote of one bank with the values it covers. */
export interface TpmQuoteParts {
  readonly bank: BankName
  /** TPMS_ATTEST. */
  readonly attest: Uint8Array
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array
  readonly pcrs: readonly Uint8Array[]
}

/** A quote over all PCRs of a bank, or over those that are named. */
export function createQuote(
  key: AttestationKey,
  bank: BankName,
  pcrs: Uint8Array[],
  nonce: Uint8Array,
  selected: readonly number[] = pcrs.map((_, index) => index),
): QuoteTemplate {
  const values = selected.map((index) => pcrs[index]!)
  const pcrDigest = key.hash === 'sm3' ? sm3(...values) : digest(key.hash, ...values)
  const selections = [{ hash: BANKS[bank].identifier, pcrs: selected }]
  return { bank, pcrs, attest: createAttest({ signer: nameOfPublic(key.area), nonce, selections, pcrDigest }), key }
}

export function signQuote({ bank, pcrs, attest, key }: QuoteTemplate): TpmQuoteParts {
  const bytes = encodeAttest(attest)
  return { bank, pcrs, attest: bytes, signature: key.sign(bytes) }
}
