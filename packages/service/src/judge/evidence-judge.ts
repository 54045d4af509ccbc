import { type Expectations, parseExpectations } from '@veritee/appraisal/expectations'
import { type Judgement, judgeEvidence } from '@veritee/appraisal/judge'
import { createDcapVerifier } from '@veritee/evidence/dcap'
import type { JudgeRequest } from '../attestation/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { type CollateralSource, openCollateral } from './collateral.ts'
import { parseNamedFile } from './named-files.ts'
import { describeTrust, type EvidenceTrust, openTrust } from './trust.ts'

/** Judges evidence by what the configuration trusts and expects. */
export interface EvidenceJudge {
  /**
   * Judges one piece of evidence against its binding. Refusals are in the judgement.
   *
   * @param now epoch seconds
   * @throws CollateralError when the collateral service does not answer
   */
  judge(evidence: JudgeRequest, now: number): Promise<Judgement>
  /** Sentences about what is trusted only because the configuration says so. */
  readonly notices: readonly string[]
  /** What is trusted, and what there is to judge with. */
  readonly trust: EvidenceTrust
  readonly collateral: Pick<CollateralSource, 'list' | 'refresh'>
  close(): Promise<void>
}

/**
 * Loads roots, expectations and collateral.
 *
 * @param dir the data directory
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID; CollateralError for the address of the service
 */
export function createEvidenceJudge(config: ServiceConfig, dir: string, now: () => number, log: Logger): EvidenceJudge {
  const trust = openTrust(config)
  const { roots } = trust
  const dcapVerifier = createDcapVerifier({ roots })
  const expectations =
    config.expect === undefined ? undefined : parseNamedFile(config.expect, 'expect', parseExpectations)
  const collateral = openCollateral(config.collateral, dir, now, log)
  return {
    trust,
    collateral,
    async judge({ tee, evidence, reportData, initData }, at) {
      const { dcap, files, finding } = await collateral.find(tee, evidence)
      const judgement = await judgeEvidence(asInput(evidence), {
        now: at,
        tee,
        roots,
        trust: trust.trustFor(tee),
        dcapVerifier,
        collateralFiles: files,
        ...(reportData === undefined ? {} : { reportData }),
        ...(initData === undefined ? {} : { initData: initData.digests }),
        ...(expectations === undefined ? {} : { expectations }),
        ...(dcap === undefined ? {} : { collateral: dcap }),
      })
      return finding === undefined || judgement.accepted
        ? judgement
        : { ...judgement, findings: [finding, ...judgement.findings] }
    },
    notices: [...describeTrust(config), ...describeAllowances(expectations), ...describeRelease(config, expectations)],
    close: () => collateral.close(),
  }
}

/** Evidence that is no object is judged as text, and found unreadable there. */
function asInput(evidence: unknown): object | string {
  return typeof evidence === 'object' && evidence !== null ? evidence : JSON.stringify(evidence)
}

function describeAllowances(expectations: Expectations | undefined): string[] {
  return (expectations?.allow ?? []).map((name) => `The expectations allow "${name}", which is refused otherwise.`)
}

function describeRelease({ release, policies }: ServiceConfig, expectations: Expectations | undefined): string[] {
  if (release.statuses.includes('warning'))
    return ['Secrets are released to genuine machines whatever software they run.']
  if (expectations !== undefined || policies.fallback === 'references') return []
  return [
    'No expectations are given: nothing is released until an attestation policy says what machines must be. Give `expect` or a policy `default`, or set release.statuses.',
  ]
}
