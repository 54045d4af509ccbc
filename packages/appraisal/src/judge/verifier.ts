/** What a kind of evidence brings to a judgement: one row of the table in `verifiers.ts`. */

import type { CodedError } from '@veritee/codec/error'
import type { Recognized } from '@veritee/evidence/recognize'
import type { Check, Claims, Finding } from '@veritee/evidence/result'
import type { ExpectationSubject } from '../expectations/evaluate.ts'
import type { JudgeOptions } from './options.ts'
import type { Judgement } from './types.ts'

/** Evidence that is well-formed. */
export interface ReadableEvidence {
  /** `tdx`, `sgx`, … */
  readonly tee: string
  /** Establishes the cryptographic truth; throws the coded error of the first check that fails. */
  verify(options: JudgeOptions): Promise<GenuineEvidence>
  /** What a refusal by `verify` tells beyond its failed check, such as which component is too old. */
  explain?(refusal: CodedError): readonly Finding[]
}

/** Evidence whose cryptographic truth was established, as far as a judgement looks at it. */
export interface GenuineEvidence {
  /** In the vendor's words; absent where the vendor has none. */
  readonly status?: string
  readonly advisories: readonly string[]
  readonly checks: readonly Check[]
  /** Under the upstream names, with the kind as first member. */
  readonly claims: Claims
  readonly tcb?: NonNullable<ExpectationSubject['tcb']>
  /** What the evidence carries for freshness, as it stands in it. */
  readonly reportData: Uint8Array
  /** Whether that answers a question; default {@link matchesField}. */
  readonly isAnswerTo?: (asked: Uint8Array) => boolean
  /** The whole field that names init data, such as `mr_config_id`; absent where the evidence has none. */
  readonly initData?: Uint8Array
  /** Whether that field proves a digest; default: padded with zeros, or cut to the field. */
  readonly provesInitData?: (digest: Uint8Array) => boolean
  /** Whether an event log was replayed against it. */
  readonly isLogReplayed: boolean
  readonly simulated: boolean
  /** Name of the root it rests on; absent where it rests on the caller's word. */
  readonly root?: string
  /** Epoch seconds; absent where nothing it rests on has an end. */
  readonly expiresAt?: number
  /** Judgements of the devices beside it, in composite evidence. */
  readonly devices?: readonly Judgement[]
  /** Findings of the acceptance rules. */
  appraise(options: JudgeOptions): readonly Finding[]
}

export interface TeeVerifier {
  /** Reads recognised evidence of its kinds; called only with what its row accepts. Throws coded errors for malformed bytes. */
  read(content: Recognized, options: JudgeOptions): ReadableEvidence
  /** Reads evidence JSON, already parsed, of a kind that is known beforehand. */
  readJson(evidence: object, options: JudgeOptions, tee: string): ReadableEvidence
}

/** A row of the table: loaded when evidence of its kinds comes, so that a page pays for what it judges. */
export interface VerifierRow {
  /** The kinds it knows. */
  readonly tees: readonly string[]
  accepts(content: Recognized): boolean
  load(): Promise<TeeVerifier>
}
