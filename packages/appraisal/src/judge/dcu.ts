/** Judging Hygon DCU accelerators. */
import { claimsOfDcu, type DcuReport, parseDcuEvidence, verifyDcuReports } from '@veritee/evidence/dcu'
import { listChips } from './csv.ts'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Evidence JSON of up to 32 devices. */
export const DCU_VERIFIER: TeeVerifier = {
  read: (content) => readReports(parseDcuEvidence((content as { readonly evidence: object }).evidence)),
  readJson: (evidence) => readReports(parseDcuEvidence(evidence)),
}

function readReports(reports: readonly DcuReport[]): ReadableEvidence {
  return { tee: 'hygondcu', verify: async (options) => verifyReports(reports, options) }
}

function verifyReports(reports: readonly DcuReport[], options: JudgeOptions): GenuineEvidence {
  const { roots } = options.trust?.csv ?? {}
  const verified = verifyDcuReports(reports, {
    chips: listChips(options),
    ...(roots === undefined ? {} : { roots }),
  })
  const claims = claimsOfDcu(reports)
  return {
    advisories: [],
    checks: verified.checks,
    claims: { hygondcu: claims, report_data: (claims['0'] as { readonly report_data: string }).report_data },
    // All devices answer the same question: verification insists on it.
    reportData: reports[0]!.userData,
    isLogReplayed: false,
    simulated: verified.simulated,
    root: verified.root,
    appraise: () => [],
  }
}
