import { type Breakage, type Breakers, createBreakers } from '../../breakage.ts'
import { assembleDraft, type CsvCase, type CsvDraft } from '../draft.ts'
import type { CsvIssueOptions, CsvWorld } from '../types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export type CsvBreakage = Breakage<CsvWorld, CsvCase>

const breakers: Breakers<CsvWorld, CsvDraft, CsvCase, CsvIssueOptions> = createBreakers(assembleDraft)

/** A breakage that is made before signing. */
export const breakDraft: typeof breakers.breakDraft = breakers.breakDraft
/** A breakage of what was already signed. */
export const breakCase: typeof breakers.breakCase = breakers.breakCase
