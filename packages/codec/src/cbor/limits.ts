/** Bounds of a CBOR document. */
export interface CborLimits {
  /** Longest document; 1 MiB by default. */
  readonly maxBytes?: number
  /** Containers and tags inside each other; 16 by default. */
  readonly maxDepth?: number
  /** Data items in all; 65,536 by default. */
  readonly maxItems?: number
}

/** What is allowed where the caller sets no limit. */
export const CBOR_LIMITS: Required<CborLimits> = { maxBytes: 1 << 20, maxDepth: 16, maxItems: 65_536 }
