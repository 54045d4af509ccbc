/** The judgement of one piece of evidence: four answers, and everything they rest on. */
import type { Check, Claims, Finding } from '@veritee/evidence/result'

/** `unasked` where the caller gave nothing to answer the question by; never an accident. */
export type Answer = 'yes' | 'no' | 'unasked'

/** The four questions, in the order they are asked. What is not readable or not genuine is asked nothing further. */
export interface Answers {
  /** The bytes are well-formed evidence of a known kind. */
  readonly readable: Answer
  /** The chain of signatures ends in a trusted root, and nothing on it is revoked or out of its time. */
  readonly genuine: Answer
  /** It carries the report data that was asked for. `unasked` without `reportData`. */
  readonly fresh: Answer
  /** The default acceptance rules pass and every expectation holds. `unasked` if the rules pass and none were given. */
  readonly expected: Answer
}

/** A judgement as JSON: what the library, the command line and the service all show. */
export interface Judgement {
  /** `tdx`, `snp`, …; absent while the evidence is not readable. */
  readonly tee?: string
  readonly answers: Answers
  /** `answers.genuine` is `yes`. */
  readonly genuine: boolean
  /** No answer is `no`, and the evidence is genuine. Says nothing about freshness if that was not asked. */
  readonly accepted: boolean
  /** TCB status in the vendor's words; absent while the evidence is not genuine, and where the vendor has none. */
  readonly status?: string
  readonly advisories: readonly string[]
  /** Every check made, in order; a skipped one says why. */
  readonly checks: readonly Check[]
  /** Judgements with path, expected, actual and the next step. */
  readonly findings: readonly Finding[]
  /** Claims under the upstream names, such as `claims.tdx.quote.body.mr_td`; empty while the evidence is not genuine. */
  readonly claims: Claims
  /** True if the judgement rests on a simulated root. */
  readonly simulated: boolean
  /** Earliest end of validity of anything the judgement rests on, epoch seconds; absent while not genuine, and where nothing ends. */
  readonly expiresAt?: number
  /** Name of the root it rests on. */
  readonly root?: string
  /** Judgements of the devices beside it, in composite evidence; it is accepted only with all of them. */
  readonly devices?: readonly Judgement[]
}
