import type { PolicyDialect, ResourceShape } from '@veritee/appraisal/policy'
import type { AuditActor } from '../audit/index.ts'

/** `attestation` policies judge claims of evidence, `resource` policies decide which secrets a token's claims are good for. */
export type PolicyKind = 'attestation' | 'resource'

/** What a policy is called and where it holds. */
export interface PolicyHead {
  readonly id: string
  readonly kind: PolicyKind
  /** Paths that a resource policy decides about, `*` for all; empty for attestation policies. */
  readonly scopes: readonly string[]
  /** How a resource policy is given the path, when it is not found out from the text. */
  readonly shape?: ResourceShape
  readonly latestVersion: number
  /** Absent: there are drafts only, or it was deleted. */
  readonly activeVersion?: number
  /** When it came into force, epoch seconds. */
  readonly activeSince?: number
  /** Present where an edited file brought it in. */
  readonly activeFrom?: 'file'
  /** What was in force before that. */
  readonly previousVersion?: number
}

/** One text of a policy. Versions are never changed. */
export interface PolicyVersion {
  readonly id: string
  readonly version: number
  readonly text: string
  readonly dialect: PolicyDialect
  /** SHA-384 of the text, lower-case hex. */
  readonly hash: string
  readonly by: string
  /** Epoch seconds. */
  readonly at: number
  readonly reason: string
  /** The version whose text this one brings back. */
  readonly restores?: number
}

/** A policy with the text that is in force. */
export interface ActivePolicy {
  readonly head: PolicyHead
  readonly version: number
  readonly text: string
  readonly hash: string
  readonly dialect: PolicyDialect
  /** When the text was written, epoch seconds. */
  readonly at: number
  /** The file that holds it, when it is no record of the store alone. */
  readonly file?: string
}

/** A text to put under an id. */
export interface PolicyDraft {
  readonly id: string
  readonly kind: PolicyKind
  readonly text: string
  readonly dialect?: PolicyDialect
  readonly scopes?: readonly string[]
  readonly shape?: ResourceShape
  /** Whether it is in force at once. */
  readonly activate: boolean
  /** The newest version that the text was written against; another one refuses it. */
  readonly expectedVersion?: number
}

/** Who changes something, and why: what the version and the audit entry say. */
export interface PolicyAuthor {
  readonly actor: AuditActor
  /** The actor in one word, as versions name it. */
  readonly by: string
  readonly reason: string
  readonly requestId?: string
  /**
   * Throws unless the author may change a policy of this kind with these scopes. Asked within the change, about the policy as
   * it is and as it becomes.
   */
  permits?(kind: PolicyKind, scopes: readonly string[]): void
}
