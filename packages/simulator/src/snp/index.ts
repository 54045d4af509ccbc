/** A simulated AMD: authorities, chips, reports, collateral. */
export { SNP_BREAKAGES, SNP_UNACCEPTED, SNP_UNBREAKABLE, type SnpBreakage } from './breakages/index.ts'
export { assembleDraft as assembleSnpDraft, type SnpCase, type SnpDraft } from './draft.ts'
export { type EvidenceCertificate, encodeFlatSnpEvidence } from './evidence.ts'
export type { SnpRecipe, SnpWorldOptions } from './recipe.ts'
export type { SnpReportValues } from './report.ts'
export { loadSnpWorld, saveSnpWorld } from './state.ts'
export type { SnpIssueOptions, SnpWorld, SnpWorldRoot, VekKind } from './types.ts'
export { createSnpWorld } from './world.ts'
