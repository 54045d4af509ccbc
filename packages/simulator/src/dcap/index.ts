/** A simulated Intel: authorities, platforms, quotes, collateral. */
export type { WorldKeys } from './authorities.ts'
export {
  type CaseRules,
  DCAP_BREAKAGES,
  DCAP_UNACCEPTED,
  DCAP_UNBREAKABLE,
  type DcapBreakage,
} from './breakages/index.ts'
export { assembleDraft, type DcapCase, type DcapDraft } from './draft.ts'
export { encodeSgxEvidence, encodeTdxEvidence } from './evidence.ts'
export type { FieldValue } from './quote/registers.ts'
export type { SgxValues } from './quote/sgx-report.ts'
export type { TdBodyKind, TdValues } from './quote/td-report.ts'
export type { WorldOptions, WorldRecipe } from './recipe.ts'
export { loadWorld, saveWorld } from './state.ts'
export type {
  CollateralBundle,
  DcapWorld,
  QuoteOptions,
  SgxQuoteOptions,
  TcbUpdate,
  TdReportOptions,
  TdxQuoteOptions,
  WorldRoot,
} from './types.ts'
export { createDcapWorld } from './world.ts'
