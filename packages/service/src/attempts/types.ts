import type { Judgement } from '@veritee/appraisal/judge'
import type { AttemptTraits } from './traits.ts'

/** `warned`: accepted, with something to look at. `unavailable`: nothing could be said, for a reason outside the evidence. */
export type AttemptOutcome = 'accepted' | 'warned' | 'refused' | 'unavailable'

export const ATTEMPT_OUTCOMES: readonly AttemptOutcome[] = ['accepted', 'warned', 'refused', 'unavailable']

/** What is told of an attestation attempt when it ends. */
export interface AttemptReport {
  /** Which face took it: `broker`, `attestation-api`. */
  readonly source: string
  readonly tee: string
  readonly outcome: AttemptOutcome
  /** Code and sentence of the refusal or failure. */
  readonly code?: string
  readonly message?: string
  readonly latencyMs: number
  /** Address of who asked. */
  readonly client: string
  readonly requestId: string
  readonly tokenId?: string
  /** Policies that were asked, as `id` or `id@version`. */
  readonly policies?: readonly string[]
  readonly evidence: readonly { readonly tee: string; readonly judgement: Judgement }[]
  /** What policies are evaluated on; without it the claims of the evidence. */
  readonly input?: unknown
}

/** One attempt, as it is kept: the verdict without the claims, which are in the input. */
export interface Attempt extends Omit<AttemptReport, 'evidence' | 'input' | 'policies'>, AttemptTraits {
  /** Sorts by time. */
  readonly id: string
  /** Epoch seconds. */
  readonly time: number
  /** A name of the hardware; absent while the evidence is not genuine. */
  readonly machine?: string
  /** TCB status in the vendor's words. */
  readonly status?: string
  readonly simulated: boolean
  readonly policies: readonly string[]
  readonly evidence: readonly { readonly tee: string; readonly judgement: Omit<Judgement, 'claims'> }[]
  readonly input: { readonly bytes: number; readonly sha256: string; readonly keptUntil: number }
}
