import type { RegoObject, Value } from '../../../value/index.ts'
import { recordOf } from '../record.ts'

/** One way in which a document does not match its schema. */
export interface SchemaFinding {
  /** Kind of the finding, such as `invalid_type`. */
  readonly type: string
  /** Keys from the root to the part, joined by dots; `(root)` for the whole. */
  readonly field: string
  readonly description: string
}

/** The name of a place in a document. */
export function fieldName(path: readonly string[]): string {
  return path.length === 0 ? '(root)' : path.join('.')
}

/** A finding as the object that a policy sees. */
export function findingValue({ type, field, description }: SchemaFinding): RegoObject {
  const members: Record<string, Value> = { type, field, desc: description, error: `${field}: ${description}` }
  return recordOf(members)
}
