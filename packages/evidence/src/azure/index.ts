/** Azure confidential VMs: SNP and TDX machines with a vTPM. */
export { claimsOfAzure } from './claims.ts'
export { type AzureEvidence, parseAzureEvidence } from './evidence-json.ts'
export { type HclReport, parseHclReport } from './hcl-report.ts'
export { type VerifiedAzureSnp, type VerifiedAzureTdx, verifyAzureSnp, verifyAzureTdx } from './verify.ts'
