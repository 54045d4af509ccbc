/**
 * Azure confidential VMs: the hardware report covers the runtime data, the runtime data names the vTPM's attestation key,
 * and that key signs the quote. Freshness is in the quote's nonce.
 */

import { equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { BootLog } from '../boot-log/replay.ts'
import { parseTdReport } from '../dcap/tdreport/index.ts'
import { verifyDcapQuote } from '../dcap/verify/index.ts'
import type { DcapTrust, VerifiedDcap } from '../dcap/verify/types.ts'
import { Checks } from '../result/checks.ts'
import type { Check, Verified } from '../result/index.ts'
import { sealVerified } from '../result/seal.ts'
import { parseSnpCollateral } from '../snp/chain/collateral.ts'
import { parseSnpReport } from '../snp/report/parse.ts'
import type { SnpTrust, VerifiedSnp } from '../snp/verify/types.ts'
import { verifySnpReport } from '../snp/verify/verify.ts'
import type { TpmEvidence } from '../tpm/types.ts'
import { checkBootLogs } from '../tpm/verify/boot-logs.ts'
import { checkPcrs, verifyQuoteSignature } from '../tpm/verify/quote.ts'
import { BOOT_PCRS } from '../tpm/verify/verify.ts'
import { AzureError } from './codes.ts'
import type { AzureEvidence } from './evidence-json.ts'
import { checkRuntimeBinding } from './hcl-report.ts'

/** What both kinds of machine have in common once verified. */
interface AzureVerification {
  readonly evidence: AzureEvidence
  /** The vTPM's part, in the form of the TPM room. */
  readonly tpm: TpmEvidence
  /** The event log, where one was given and led to the PCRs. */
  readonly bootLogs: readonly BootLog[]
  /** Checks of the hardware report, then of the binding and the quote. */
  readonly checks: readonly Check[]
  readonly expiresAt: number
  readonly simulated: boolean
}

/** A verified SNP machine. */
export type VerifiedAzureSnp = Verified<AzureVerification & { readonly snp: VerifiedSnp }>
/** A verified TDX machine. */
export type VerifiedAzureTdx = Verified<AzureVerification & { readonly tdx: VerifiedDcap }>

/**
 * Not checked here: nonce, PCR values, guest policy and TCB; those are judgements.
 *
 * @throws EvidenceError AZURE_*, SNP_*, TPM_*, with the checks made so far in `details.checks`
 */
export async function verifyAzureSnp(evidence: AzureEvidence, trust: SnpTrust): Promise<VerifiedAzureSnp> {
  const report = parseSnpReport(evidence.hcl.hardwareReport)
  const own = evidence.vcek === undefined ? { certificates: [], crls: [] } : parseSnpCollateral([evidence.vcek])
  const { certificates, crls } = trust.collateral
  const collateral = { certificates: [...own.certificates, ...certificates], crls }
  const snp = await verifySnpReport(report, { ...trust, collateral })
  const { checks, bootLogs } = await verifyVtpm(evidence, report.reportData, snp.checks)
  return sealVerified({
    evidence,
    snp,
    tpm: tpmOf(evidence),
    bootLogs,
    checks,
    expiresAt: snp.expiresAt,
    simulated: snp.simulated,
  })
}

/** As {@link verifyAzureSnp}, for a TDX machine. @throws EvidenceError AZURE_*, DCAP_*, TPM_* */
export async function verifyAzureTdx(evidence: AzureEvidence, trust: DcapTrust): Promise<VerifiedAzureTdx> {
  if (evidence.tdQuote === undefined) {
    throw new AzureError('AZURE_EVIDENCE_JSON', 'The evidence of a TDX machine lacks its quote.', {
      details: { path: 'td_quote' },
    })
  }
  const tdx = await verifyDcapQuote(evidence.tdQuote, trust)
  if (tdx.quote.tee !== 'tdx') throw mismatch('td_quote')
  const report = parseTdReport(evidence.hcl.hardwareReport)
  if (!equalBytes(report.mrTd, tdx.quote.body.mrTd) || !equalBytes(report.reportData, tdx.quote.body.reportData))
    throw mismatch('hcl_report')
  const { checks, bootLogs } = await verifyVtpm(evidence, tdx.quote.body.reportData, tdx.checks)
  return sealVerified({
    evidence,
    tdx,
    tpm: tpmOf(evidence),
    bootLogs,
    checks,
    expiresAt: tdx.expiresAt,
    simulated: tdx.simulated,
  })
}

/** From the hardware report to the quote of the vTPM. */
export async function verifyVtpm(
  { hcl, bank, eventLog }: AzureEvidence,
  reportData: Uint8Array,
  before: readonly Check[],
): Promise<{ readonly checks: readonly Check[]; readonly bootLogs: readonly BootLog[] }> {
  const checks = new Checks(before)
  checks.check('hcl.binding', () => checkRuntimeBinding(hcl, reportData))
  await checks.wait('tpm.sha256.signature', () => verifyQuoteSignature(bank, hcl.attestationKey))
  checks.check('tpm.sha256.pcrs', () => checkPcrs(bank, BOOT_PCRS))
  const bootLogs = checkBootLogs(checks, { banks: [bank], ...(eventLog === undefined ? {} : { eventLog }) })
  return { checks: checks.made, bootLogs }
}

function tpmOf({ hcl, bank }: AzureEvidence): TpmEvidence {
  return { attestationKey: hcl.attestationKey, banks: [bank] }
}

/** SHA-256 of the attestation key's SPKI, 32 bytes. */
export function attestationKeyDigest({ hcl }: AzureEvidence): Uint8Array {
  return digest('sha256', hcl.attestationKey.spki)
}

function mismatch(path: string): AzureError {
  return new AzureError('AZURE_TD_QUOTE_MISMATCH', undefined, { details: { path } })
}
