/** Shapes of our own API for reference values: read by these, and told to others through the OpenAPI document. */
import { z } from '@hono/zod-openapi'

const time = z.string().max(40).openapi({ format: 'date-time' })
const name = z.string().min(1).max(512)
const values = z.array(z.any()).max(4096)
/** An object that is passed on as it was read: a record of this library leaves out members with names such as `__proto__`. */
const byName = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of values by name',
  )
  .openapi({ type: 'object' })

const incoming = (operation: 'merge' | 'replace' | 'replace-all') =>
  z.strictObject({
    operation: z.literal(operation),
    /** A reference value message, as text or as an object. */
    message: z.union([z.string(), z.looseObject({ type: z.string(), payload: z.string() })]).optional(),
    /** Values by name, instead of a message. */
    values: byName.optional(),
    /** Expiry of `values`; 12 months when absent. */
    validUntil: time.optional(),
  })

interface Incoming {
  readonly operation: 'merge' | 'replace' | 'replace-all'
  readonly message?: unknown
  readonly values?: Readonly<Record<string, unknown>> | undefined
  readonly validUntil?: string | undefined
}

/** One change of a set, as someone writes it. */
export type ChangeInput =
  | Incoming
  | { readonly operation: 'delete'; readonly names: readonly string[] }
  | {
      readonly operation: 'revoke' | 'reinstate'
      readonly name: string
      readonly values?: readonly unknown[] | undefined
    }
  | {
      readonly operation: 'describe'
      readonly tee?: string | null | undefined
      readonly description?: string | null | undefined
      readonly validUntil?: string | null | undefined
    }
  | { readonly operation: 'restore'; readonly version: number }

const CHANGE: z.ZodType<ChangeInput> = z
  .discriminatedUnion('operation', [
    incoming('merge'),
    incoming('replace'),
    incoming('replace-all'),
    z.strictObject({ operation: z.literal('delete'), names: z.array(name).min(1).max(10_000) }),
    z.strictObject({ operation: z.literal('revoke'), name, values: values.optional() }),
    z.strictObject({ operation: z.literal('reinstate'), name, values: values.optional() }),
    z.strictObject({
      operation: z.literal('describe'),
      tee: z.string().min(1).max(64).nullable().optional(),
      description: z.string().min(1).max(1024).nullable().optional(),
      validUntil: time.nullable().optional(),
    }),
    z.strictObject({ operation: z.literal('restore'), version: z.int().min(1) }),
  ])
  .openapi('ReferenceChange')

const reason = z.string().trim().min(1).max(1024)

export const CHANGE_BODY: z.ZodType<{ change: ChangeInput; reason: string }> = z
  .strictObject({ change: CHANGE, reason })
  .openapi('ReferenceChangeRequest')
export const PREVIEW_BODY: z.ZodType<{ change: ChangeInput; reason?: string | undefined }> = z
  .strictObject({ change: CHANGE, reason: reason.optional() })
  .openapi('ReferencePreviewRequest')

const record = z.looseObject({ name: z.string(), validUntil: z.string() }).openapi('ReferenceRecord')
const difference = z.object({
  added: z.array(record),
  removed: z.array(record),
  changed: z.array(z.looseObject({ name: z.string() })),
})

export const SET_VIEW: z.ZodType = z
  .object({
    name: z.string(),
    tee: z.string().nullable(),
    description: z.string().nullable(),
    values: z.int(),
    revoked: z.int(),
    validUntil: z.string().nullable(),
    nextExpiry: z.string().nullable(),
    state: z.enum(['active', 'expired', 'empty']),
    version: z.int(),
    digest: z.string(),
    changedAt: z.string(),
    changedBy: z.string(),
    reason: z.string(),
  })
  .openapi('ReferenceSet')

export const VALUE_VIEW: z.ZodType = z
  .object({
    name: z.string(),
    kind: z.enum(['digests', 'value']),
    digests: z.array(z.object({ algorithm: z.string(), value: z.string(), label: z.string().nullable() })),
    value: z.any().optional(),
    validUntil: z.string(),
    state: z.enum(['active', 'expired']),
  })
  .openapi('ReferenceValue')

export const VERSION_VIEW: z.ZodType = z
  .looseObject({
    version: z.int(),
    at: z.string(),
    by: z.string(),
    reason: z.string(),
    operation: z.string(),
    digest: z.string(),
  })
  .openapi('ReferenceSetVersion')

export const PREVIEW_VIEW: z.ZodType = z
  .object({
    set: z.string(),
    baseVersion: z.int(),
    difference,
    policy: z.array(z.object({ name: z.string(), before: z.any().optional(), after: z.any().optional() })),
    effect: z.unknown().optional(),
  })
  .openapi('ReferencePreview')

export const COMPARE_VIEW: z.ZodType = z
  .object({ from: z.int(), to: z.int(), difference })
  .openapi('ReferenceComparison')

export const page = (items: z.ZodType): z.ZodType =>
  z.object({ items: z.array(items), next: z.string().nullable(), prev: z.string().nullable() })
