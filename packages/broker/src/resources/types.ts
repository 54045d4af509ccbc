/** Resources and the decision to release one. */
import type { Claims, Finding } from '@veritee/evidence/result'

/** A resource of the broker: `repository/type/tag`. */
export interface ResourcePath {
  readonly repository: string
  readonly type: string
  readonly tag: string
}

/** A request for a resource by a machine whose token was verified. */
export interface ReleaseRequest {
  /** All claims of the verified token. */
  readonly claims: Claims
  readonly plugin: string
  /** Path segments behind the plugin. */
  readonly segments: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** Allowed exactly if no finding has severity `error`. */
export interface ReleaseDecision {
  readonly allowed: boolean
  readonly findings: readonly Finding[]
}

/** Decides about releases: the default below, or policies of the operator. What it cannot decide it denies. */
export interface ResourcePolicy {
  /** Shown in audit records, such as `status` or the id of a policy. */
  readonly id: string
  decide(request: ReleaseRequest): ReleaseDecision | Promise<ReleaseDecision>
}
