import { type Breakage, type Breakers, createBreakers } from '../../breakage.ts'
import { assembleDraft, type SnpCase, type SnpDraft } from '../draft.ts'
import type { SnpIssueOptions, SnpWorld } from '../types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export type SnpBreakage = Breakage<SnpWorld, SnpCase>

const breakers: Breakers<SnpWorld, SnpDraft, SnpCase, SnpIssueOptions> = createBreakers(assembleDraft)

/** A breakage that is made before signing. */
export const breakDraft: typeof breakers.breakDraft = breakers.breakDraft
/** A breakage of what was already signed. */
export const breakCase: typeof breakers.breakCase = breakers.breakCase

/** Changes one byte of the signed part before it is signed. */
export function breakByte(code: string, title: string, at: number, mask: number): SnpBreakage {
  return breakDraft(code, title, (draft) => {
    draft.body = draft.body.with(at, draft.body[at]! ^ mask)
  })
}
