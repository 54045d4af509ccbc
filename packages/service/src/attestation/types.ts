import type { TeeName } from '@veritee/broker/protocol'

export type { PolicyAppraiser } from '../policies/index.ts'
export type { JudgedEvidence } from '../tokens/index.ts'

/** One piece of evidence to judge. */
export interface JudgeRequest {
  readonly tee: TeeName
  /** Evidence JSON. */
  readonly evidence: unknown
  /** Report data that it must carry, one of several; absent where nobody asked a question. */
  readonly reportData?: readonly Uint8Array[]
  /** What the report data is the digest of. */
  readonly runtimeData?: Readonly<Record<string, unknown>>
  /** Digests of which the init data field must be one, and what the text says where there is one. */
  readonly initData?: { readonly digests: readonly Uint8Array[]; readonly claims?: unknown }
}
