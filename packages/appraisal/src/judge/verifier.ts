/** What a kind of evidence brings to a judgement: one row of the table in `verifiers.ts`. */

import type { CodedError } from '@veritee/codec/error'
import type { Recognized } from '@veritee/evidence/recognize'
import type { Check, Claims, Finding } from '@veritee/evidence/result'
import type { ExpectationSubject } from '../expectations/evaluate.ts'
import type { JudgeOptions } from './options.ts'

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
  readonly status: string
  readonly advisories: readonly string[]
  readonly checks: readonly Check[]
  /** Under the upstream names, with the kind as first member. */
  readonly claims: Claims
  readonly tcb: NonNullable<ExpectationSubject['tcb']>
  /** The whole field. */
  readonly reportData: Uint8Array
  /** The whole field that names init data, such as `mr_config_id`; absent where the evidence has none. */
  readonly initData?: Uint8Array
  readonly simulated: boolean
  readonly root: string
  /** Epoch seconds. */
  readonly expiresAt: number
  /** Findings of the acceptance rules. */
  appraise(options: JudgeOptions): readonly Finding[]
}

export interface TeeVerifier {
  /** The kinds it knows. */
  readonly tees: readonly string[]
  /** Reads recognised evidence of its kinds; undefined if it is none of them. Throws coded errors for malformed bytes. */
  read(content: Recognized, options: JudgeOptions): ReadableEvidence | undefined
  /** Reads evidence JSON, already parsed, of a kind that is known beforehand. */
  readJson(evidence: object, options: JudgeOptions): ReadableEvidence
}
