/** The collateral files of a judgement, sorted by content. */
import { type SortedCollateral, sortCollateral } from '@veritee/evidence/collateral'
import type { JudgeOptions } from './options.ts'

const NONE: SortedCollateral = { dcap: [], certificates: [], crls: [], hygon: [] }

/** @throws EvidenceError COLLATERAL_* for a file that is none */
export function sortGiven({ collateralFiles }: Pick<JudgeOptions, 'collateralFiles'>): SortedCollateral {
  if (collateralFiles === undefined) return NONE
  return isList(collateralFiles) ? sortCollateral(collateralFiles) : collateralFiles
}

function isList(given: NonNullable<JudgeOptions['collateralFiles']>): given is Parameters<typeof sortCollateral>[0] {
  return Array.isArray(given)
}
