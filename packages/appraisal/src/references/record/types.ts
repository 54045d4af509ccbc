/** What machines are compared with: named lists of digests, or named plain values. */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** Where a transparency log keeps what a value was taken from. Kept and shown, not verified. */
export interface AuditProof {
  readonly backend: string
  readonly handle: string
  readonly eventHash: string
  readonly payloadHash?: string
  readonly payloadBase64?: string
}

/** One digest that is acceptable under a name. */
export interface ReferenceDigest {
  /** As its publisher wrote it; policies compare the value alone. */
  readonly algorithm: string
  readonly value: string
  readonly artifactVersion?: string
  readonly auditProof?: AuditProof
}

export type ReferenceContent =
  | { readonly kind: 'digests'; readonly digests: readonly ReferenceDigest[] }
  | { readonly kind: 'value'; readonly value: JsonValue }

/** A reference value: what a claim of that name may be, until when. */
export interface ReferenceRecord {
  readonly name: string
  /** Epoch seconds; from this second on the values are hidden. */
  readonly expiresAt: number
  readonly content: ReferenceContent
  readonly auditProof?: AuditProof
}
