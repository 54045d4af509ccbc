/** Simulated Azure confidential VMs: a vTPM over SNP or TDX. */
export { AZURE_BREAKAGES, type AzureBreakage } from './breakages.ts'
export { type AzureDraft, assembleDraft as assembleAzureDraft } from './draft.ts'
export { type AzureEvidenceParts, encodeAzureEvidence } from './evidence.ts'
export type { HclTemplate } from './hcl-report.ts'
export type { AzureRecipe, AzureWorldOptions } from './recipe.ts'
export { loadAzureWorld, saveAzureWorld } from './state.ts'
export type { AzureIssueOptions, AzureWorld } from './types.ts'
export { createAzureWorld } from './world.ts'
