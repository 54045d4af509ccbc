import { assembleDraft, type SnpCase, type SnpDraft } from '../draft.ts'
import type { SnpIssueOptions, SnpWorld } from '../types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export interface SnpBreakage {
  /** The error code of `@veritee/evidence` that reading or verifying raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  /** Makes the broken case out of a world. */
  apply(world: SnpWorld): SnpCase
}

/** A breakage that is made before signing. */
export function breakDraft(
  code: string,
  title: string,
  edit: (draft: SnpDraft, world: SnpWorld) => void,
  options: SnpIssueOptions = {},
): SnpBreakage {
  return {
    code,
    title,
    apply(world) {
      const draft = world.draft(options)
      edit(draft, world)
      return assembleDraft(draft)
    },
  }
}

/** A breakage of what was already signed. */
export function breakCase(
  code: string,
  title: string,
  edit: (made: SnpCase, world: SnpWorld) => void,
  options: SnpIssueOptions = {},
): SnpBreakage {
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

/** Changes one byte of the signed part before it is signed. */
export function breakByte(code: string, title: string, at: number, mask: number): SnpBreakage {
  return breakDraft(code, title, (draft) => {
    draft.body = draft.body.with(at, draft.body[at]! ^ mask)
  })
}
