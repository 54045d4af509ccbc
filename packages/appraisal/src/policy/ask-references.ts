/** Reference values as policies reach them, with a note of what was asked for in vain. */
import type { EvaluationOptions } from '@veritee/rego'
import type { PolicyReferences } from '../references/index.ts'

export interface AskedReferences {
  readonly host: NonNullable<EvaluationOptions['host']>
  /** Names that nobody registered, or whose values have lapsed. */
  readonly missing: ReadonlySet<string>
}

/** `query_reference_value` answers null for a name that nobody registered, as its existing policies expect. */
export function askReferences(references: PolicyReferences): AskedReferences {
  const missing = new Set<string>()
  return {
    missing,
    host: {
      query_reference_value(name) {
        const value = typeof name === 'string' ? references.query(name) : undefined
        if (value === undefined || (Array.isArray(value) && value.length === 0)) missing.add(String(name).slice(0, 256))
        return value ?? null
      },
      query_artifact_server: () => false,
    },
  }
}

/**
 * The document `data.reference`. A name without values holds one that nothing equals: policies that let an empty list pass
 * would take a revoked or lapsed value for "anything goes".
 */
export function createReferenceData({ data }: PolicyReferences): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Array.isArray(value) && value.length === 0 ? NOTHING : value]),
  )
}

/** No claim is a list inside a list, so nothing equals this and nothing is in it. */
const NOTHING = [[['no value is registered']]]
