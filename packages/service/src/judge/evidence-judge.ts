import { type Expectations, parseExpectations } from '@veritee/appraisal/expectations'
import { type Judgement, judgeEvidence } from '@veritee/appraisal/judge'
import { isCodedError } from '@veritee/codec/error'
import {
  createDcapVerifier,
  type DcapRoot,
  INTEL_SGX_ROOT,
  parseDcapEvidence,
  parseDcapRoot,
} from '@veritee/evidence/dcap'
import type { JudgeRequest } from '../attestation/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { type FoundCollateral, openCollateral } from './collateral.ts'
import { parseNamedFile } from './named-files.ts'

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
  close(): Promise<void>
}

/**
 * Loads roots, expectations and collateral.
 *
 * @param dir the data directory
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID; CollateralError for the address of the service
 */
export function createEvidenceJudge(config: ServiceConfig, dir: string, now: () => number, log: Logger): EvidenceJudge {
  const simulated = config.trustSimulatedRoots.map((path) => parseNamedFile(path, 'trustSimulatedRoots', parseDcapRoot))
  const dcapVerifier = createDcapVerifier({ roots: [INTEL_SGX_ROOT, ...simulated] })
  const expectations =
    config.expect === undefined ? undefined : parseNamedFile(config.expect, 'expect', parseExpectations)
  const collateral = openCollateral(config.collateral, dir, now, log)
  return {
    async judge(bound, at) {
      const { set, finding } = await findCollateral(bound, collateral.find)
      const judgement = await judgeEvidence(asInput(bound.evidence), {
        now: at,
        tee: bound.tee,
        ...(bound.reportData === undefined ? {} : { reportData: bound.reportData }),
        dcapVerifier,
        ...(bound.initData === undefined ? {} : { initData: bound.initData.digests }),
        ...(expectations === undefined ? {} : { expectations }),
        ...(set === undefined ? {} : { collateral: set.collateral }),
      })
      return finding === undefined || judgement.accepted
        ? judgement
        : { ...judgement, findings: [finding, ...judgement.findings] }
    },
    notices: [
      ...describeRoots(simulated),
      ...describeAllowances(expectations),
      ...describeRelease(config.release, expectations),
    ],
    close: () => collateral.close(),
  }
}

/** Evidence that is no object is judged as text, and found unreadable there. */
function asInput(evidence: unknown): object | string {
  return typeof evidence === 'object' && evidence !== null ? evidence : JSON.stringify(evidence)
}

/** Only quotes need collateral; what is no quote the judge finds out. */
async function findCollateral(
  { evidence, tee }: JudgeRequest,
  find: (quote: Uint8Array) => Promise<FoundCollateral>,
): Promise<FoundCollateral> {
  if (tee !== 'tdx' && tee !== 'sgx') return {}
  let quote: Uint8Array
  try {
    ;({ quote } = parseDcapEvidence(evidence as object))
  } catch (error) {
    if (isCodedError(error)) return {}
    throw error
  }
  return find(quote)
}

function describeRoots(roots: readonly DcapRoot[]): string[] {
  return roots
    .filter((root) => root.simulated)
    .map(
      (root) =>
        `The simulated root "${root.name}" is trusted: whoever has its key can make evidence that is accepted here.`,
    )
}

function describeAllowances(expectations: Expectations | undefined): string[] {
  return (expectations?.allow ?? []).map((name) => `The expectations allow "${name}", which is refused otherwise.`)
}

function describeRelease({ statuses }: ServiceConfig['release'], expectations: Expectations | undefined): string[] {
  if (statuses.includes('warning')) return ['Secrets are released to genuine machines whatever software they run.']
  if (expectations !== undefined) return []
  return ['No expectations are given, so nothing is released: give `expect`, or set release.statuses.']
}
