import type { X509Certificate } from '@veritee/codec/x509'
import type { BootLog } from '../../boot-log/replay.ts'
import type { Check, Verified } from '../../result/index.ts'
import type { TpmEvidence } from '../types.ts'

/** An authority whose certificates make an attestation key trustworthy. */
export interface TpmAuthority {
  readonly certificate: X509Certificate
  /** True for authorities of simulated TPMs. */
  readonly simulated: boolean
}

/** A key that passed credential activation. */
export interface EnrolledKey {
  /** SHA-256 of its SPKI, 32 bytes. */
  readonly keyDigest: Uint8Array
  /** TPM name of the endorsement key that it was enrolled with; without it, no endorsement key is known to be its own. */
  readonly endorsementName?: Uint8Array
  /** True where the endorsement key was that of a simulated TPM. */
  readonly simulated: boolean
}

/** What makes an attestation key trustworthy, and when. At least one of the three ways must hold. */
export interface TpmTrust {
  /** Epoch seconds. */
  readonly now: number
  /** Issuers of attestation key certificates, who saw the key in one TPM with an endorsement key. */
  readonly authorities?: readonly TpmAuthority[]
  /** Keys enrolled by credential activation: see `finishEnrolment`. */
  readonly enrolled?: readonly EnrolledKey[]
  /** Keys allowed by name, as SHA-256 of their SPKI, 32 bytes each. */
  readonly allowed?: readonly Uint8Array[]
}

/** The outcome of verifying TPM evidence. */
export interface TpmVerification {
  readonly evidence: TpmEvidence
  readonly boundBy: 'certificate' | 'enrolment' | 'name'
  /** SHA-256 of the attestation key's SPKI. */
  readonly attestationKeyDigest: Uint8Array
  /** TPM name of the endorsement key that the attestation key was enrolled with. */
  readonly endorsementName?: Uint8Array
  /** The logs that were given, in the order firmware, agent; each led to the PCRs of every bank it was replayed in. */
  readonly bootLogs: readonly BootLog[]
  readonly checks: readonly Check[]
  /** Epoch seconds; absent for keys that were enrolled or named. */
  readonly expiresAt?: number
  readonly simulated: boolean
}

/** Verified TPM evidence. */
export type VerifiedTpm = Verified<TpmVerification>
