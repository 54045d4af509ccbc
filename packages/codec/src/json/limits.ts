/** Bounds and choices of the strict reader. */
export interface JsonLimits {
  /** Longest text, in bytes or UTF-16 units as given; 16 MiB by default. */
  readonly maxBytes?: number
  /** Deepest nesting; the outermost object or array is depth 1. 32 by default. */
  readonly maxDepth?: number
  /** Most values in all, containers included; one million by default. */
  readonly maxValues?: number
  /**
   * What becomes of an integer literal beyond ±(2^53 − 1): `reject` throws `CODEC_JSON_NUMBER` (default), `bigint`
   * returns those, and only those, as bigint.
   */
  readonly integers?: 'reject' | 'bigint'
}

/** What is allowed where the caller sets no limit. */
export const JSON_DEFAULTS: Required<JsonLimits> = {
  maxBytes: 16 << 20,
  maxDepth: 32,
  maxValues: 1_000_000,
  integers: 'reject',
}
