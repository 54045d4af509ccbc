/** What the whole room speaks of. Names in JSON are Intel's own spelling, and stay in the documents they come from. */
import type { Check } from '@veritee/evidence/result'
import type { IntelPublicJwk } from './token/signer.ts'

/** A JSON object as it was read; members are looked at one by one. */
export type JsonObject = { readonly [name: string]: unknown }

/** One policy for one class. */
export interface IntelPolicy {
  /** Lower case. */
  readonly classId: string
  /** `environment` as written. */
  readonly environment: JsonObject
  /** `reference` as written, hexadecimal values in Intel's order; inert `#` members included. */
  readonly reference: JsonObject
  /** Base64url of the signature of the token it came in; absent for an unsigned policy. */
  readonly signature?: string
  /** The key that signed it. It says who signed, not that this is somebody to trust. */
  readonly signingKey?: IntelPublicJwk
}

/** Something a policy author should know, found while reading; never a reason to refuse on its own. */
export interface PolicyWarning {
  readonly code: string
  /** Such as `policy_array.0.reference.allow_dynamic_plaform`. */
  readonly path: string
  readonly message: string
  readonly next?: string
}

/** One detailed check of one report, in Intel's name for it. */
export interface IntelCheck extends Check {
  readonly classId: string
  /** What the check asks, in plain words. */
  readonly meaning: string
  /** The reference keys it reads. */
  readonly keys: readonly string[]
  /** What Intel's own engine makes of it. */
  readonly original: boolean
}

/** A point at which Intel's own engine comes to another outcome. */
export interface IntelDifference {
  readonly path: string
  readonly ours: unknown
  readonly original: unknown
  readonly message: string
}

/** 1 passed, 0 failed, -1 no policy. */
export type IntelVerdict = 1 | 0 | -1
