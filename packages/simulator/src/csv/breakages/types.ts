import { assembleDraft, type CsvCase, type CsvDraft } from '../draft.ts'
import type { CsvIssueOptions, CsvWorld } from '../types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export interface CsvBreakage {
  /** The error code of `@veritee/evidence` that reading or verifying raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  /** Makes the broken case out of a world. */
  apply(world: CsvWorld): CsvCase
}

/** A breakage that is made before signing. */
export function breakDraft(
  code: string,
  title: string,
  edit: (draft: CsvDraft) => void,
  options: CsvIssueOptions = {},
): CsvBreakage {
  return {
    code,
    title,
    apply(world) {
      const draft = world.draft(options)
      edit(draft)
      return assembleDraft(draft)
    },
  }
}

/** A breakage of what was already signed. */
export function breakCase(
  code: string,
  title: string,
  edit: (made: CsvCase, world: CsvWorld) => void,
  options: CsvIssueOptions = {},
): CsvBreakage {
  return {
    code,
    title,
    apply(world) {
      const made = assembleDraft(world.draft(options))
      edit(made, world)
      return made
    },
  }
}
