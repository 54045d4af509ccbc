import type { Claims, Finding } from '@veritee/evidence/result'
import type { EvaluationLimits } from '@veritee/rego'
import type { PolicyReferences } from '../references/index.ts'
import type { TrustTier, TrustVector } from '../tokens/trust-vector.ts'

/** What a policy is evaluated with. */
export interface PolicyContext {
  /** As `createPolicyInput` makes it. */
  readonly input: Claims
  readonly references: PolicyReferences
  /** Epoch seconds. */
  readonly now: number
  readonly limits?: Partial<EvaluationLimits>
  /** Milliseconds of a steady clock: without it the limit on time does not hold, the others do. */
  readonly clock?: () => number
}

/** A claim that a policy adds to a token. */
export interface PolicyExtension {
  readonly name: string
  /** The number that the name has in CBOR. */
  readonly key?: number
  readonly value: unknown
}

/** What a policy says about a machine. */
export interface PolicyVerdict {
  readonly policyId: string
  readonly policyHash: string
  /** False if the machine is refused and gets no token. */
  readonly allowed: boolean
  /** What is believed about the machine; its worst tier is the status. */
  readonly trustVector: TrustVector
  readonly status: TrustTier
  readonly extensions: readonly PolicyExtension[]
  /** Why it was refused, or not affirmed. */
  readonly findings: readonly Finding[]
  /** Names of reference values that the policy asked for and nobody registered, ascending. */
  readonly missingReferences: readonly string[]
  /** The expressions that did not hold, with their values; empty for an affirmed machine. */
  readonly explanation: readonly string[]
  readonly steps: number
}
