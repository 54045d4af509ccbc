/** The conformance cases of the Open Policy Agent, read from beside the project. */
import { readVectorText } from '../../../testkit/vectors.ts'
import type { RegoVersion } from '../src/syntax/index.ts'

export interface OpaCase {
  /** Unique name: the case's own, numbered where several share it. */
  readonly name: string
  readonly category: string
  readonly query: string
  readonly modules: readonly string[]
  readonly data: unknown
  readonly input: unknown
  /** The input as Rego text. */
  readonly inputTerm: string | undefined
  /** Expected bindings; undefined where an error is expected, or no answer. */
  readonly wantResult: readonly Record<string, unknown>[] | undefined
  readonly wantErrorCode: string | undefined
  readonly wantError: string | undefined
  readonly strictError: boolean
  readonly sortBindings: boolean
  readonly builtins: readonly string[]
}

interface RawCase {
  file: string
  note?: string
  query?: string
  modules?: string[] | null
  data?: unknown
  input?: unknown
  input_term?: string
  want_result?: Record<string, unknown>[] | null
  want_error_code?: string
  want_error?: string
  strict_error?: boolean
  sort_bindings?: boolean
  builtins?: string[]
}

/** All cases of a version; rows without a query hold none. */
export function readOpaCases(version: RegoVersion): OpaCase[] {
  const seen = new Map<string, number>()
  const cases: OpaCase[] = []
  for (const line of readVectorText(`rego/opa-${version}-cases.jsonl`).trim().split('\n')) {
    const raw = JSON.parse(line) as RawCase
    if (raw.query === undefined || raw.note === undefined) continue
    const count = (seen.get(raw.note) ?? 0) + 1
    seen.set(raw.note, count)
    cases.push({
      name: count === 1 ? raw.note : `${raw.note} #${count}`,
      category: raw.file.split('/')[0]!,
      query: raw.query,
      modules: (raw.modules ?? []).filter((text) => version === 'v1' || !isQueryModule(text)),
      data: raw.data ?? {},
      input: raw.input,
      inputTerm: raw.input_term,
      wantResult: raw.want_result ?? undefined,
      wantErrorCode: raw.want_error_code,
      wantError: raw.want_error,
      strictError: raw.strict_error ?? false,
      sortBindings: raw.sort_bindings ?? false,
      builtins: raw.builtins ?? [],
    })
  }
  return cases
}

/** The version 0 snapshot adds a module that asks the case's query; it is not part of the case. */
function isQueryModule(text: string): boolean {
  return text.startsWith('package query\n\nresult[')
}
