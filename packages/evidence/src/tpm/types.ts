/** TPM evidence as received, in one form for both evidence shapes. Nothing here is verified. */

import type { PublicKey } from '@veritee/codec/signature'
import type { X509Certificate } from '@veritee/codec/x509'
import type { TpmHash } from './structure/algorithms.ts'
import type { TpmQuote } from './structure/attest.ts'
import type { TpmPublic } from './structure/public.ts'
import type { TpmSignature } from './structure/signature.ts'

/** One quote with the PCR values that it is said to cover. */
export interface QuotedBank {
  /** Bank that the values are of. */
  readonly hash: TpmHash
  readonly quote: TpmQuote
  readonly signature: TpmSignature
  /** PCR 0 to 23 in order, each as long as the bank's digest. */
  readonly pcrs: readonly Uint8Array[]
}

/** Everything one machine sent about its TPM. */
export interface TpmEvidence {
  readonly attestationKey: PublicKey
  readonly attestationKeyCertificate?: X509Certificate
  readonly endorsementPublic?: TpmPublic
  readonly endorsementCertificate?: X509Certificate
  readonly banks: readonly QuotedBank[]
  /** Firmware log, TCG crypto-agile. */
  readonly eventLog?: Uint8Array
  /** Log of the attestation agent. */
  readonly agentEventLog?: Uint8Array
}
