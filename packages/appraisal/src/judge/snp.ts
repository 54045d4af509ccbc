/** Judging SEV-SNP evidence. */
import {
  appraiseSnp,
  claimsOfSnpReport,
  parseSnpCollateral,
  parseSnpEvidence,
  parseSnpReport,
  type SnpAcceptance,
  type SnpCollateral,
  type SnpEvidence,
  type VerifiedSnp,
  verifySnpReport,
} from '@veritee/evidence/snp'
import { sortGiven } from './collateral.ts'
import { isDebugAllowed } from './debug.ts'
import type { JudgeOptions } from './options.ts'
import { describeServices } from './svsm.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Reports alone, and evidence JSON in both serialisations. */
export const SNP_VERIFIER: TeeVerifier = {
  read: (content) => {
    if (content.kind === 'evidence-json') return readEvidence(parseSnpEvidence(content.evidence))
    const { bytes } = content as { readonly bytes: Uint8Array }
    return readEvidence({ report: parseSnpReport(bytes), certificates: [] })
  },
  readJson: (evidence) => readEvidence(parseSnpEvidence(evidence)),
}

function readEvidence(evidence: SnpEvidence): ReadableEvidence {
  return {
    tee: 'snp',
    verify: async (options) => {
      const collateral = joinCollateral(evidence, options)
      const { roots } = options.trust?.snp ?? {}
      const trust = { collateral, now: options.now, ...(roots === undefined ? {} : { roots }) }
      return describeGenuine(await verifySnpReport(evidence.report, trust), evidence, options)
    },
  }
}

/** What came with the evidence first: it is for this very chip. */
function joinCollateral({ certificates }: SnpEvidence, options: JudgeOptions): SnpCollateral {
  const own = parseSnpCollateral(certificates.map(({ bytes }) => bytes))
  const given = giveSnpCollateral(options)
  return { certificates: [...own.certificates, ...given.certificates], crls: [...own.crls, ...given.crls] }
}

/** Certificates and revocation lists among the files given. */
export function giveSnpCollateral(options: JudgeOptions): SnpCollateral {
  const { certificates, crls } = sortGiven(options)
  return parseSnpCollateral([...certificates, ...crls])
}

function describeGenuine(verified: VerifiedSnp, evidence: SnpEvidence, options: JudgeOptions): GenuineEvidence {
  const { report, checks, simulated, root, expiresAt } = verified
  const { report_data, init_data, ...claims } = claimsOfSnpReport(report)
  const services = describeServices(evidence, options)
  return {
    advisories: [],
    checks: [...checks, ...services.checks],
    claims: {
      snp: { ...claims, ...(verified.cspId === undefined ? {} : { csp_id: verified.cspId }), ...services.claims },
      report_data,
      init_data,
    },
    reportData: report.reportData,
    ...(services.isAnswerTo === undefined ? {} : { isAnswerTo: services.isAnswerTo }),
    initData: report.hostData,
    isLogReplayed: false,
    simulated,
    root,
    expiresAt,
    appraise: (options) => appraiseSnp(verified, createSnpAcceptance(options)),
  }
}

/** The acceptance rules with what the expectations relax by name. */
export function createSnpAcceptance(options: JudgeOptions): SnpAcceptance {
  const { acceptance, expectations } = options
  return {
    ...(isDebugAllowed(options) ? { allowDebug: true } : {}),
    ...(expectations?.allow.includes('migratable') || acceptance?.allowMigratable ? { allowMigrationAgent: true } : {}),
    ...acceptance?.snp,
  }
}
