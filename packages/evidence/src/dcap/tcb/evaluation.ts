/** The TCB evaluation of a quote: once by the SVNs it was launched with, once by those that run now. */
import { EvidenceError } from '../../errors.ts'
import { isEnclaveStatus } from '../collateral/levels.ts'
import type { QeIdentity, TcbInfo } from '../collateral/types.ts'
import { adviseRelaunch, convergeAdvisories, convergeStatus } from './convergence.ts'
import { findModuleIdentity, matchEnclaveLevel, moduleIdOf } from './enclave.ts'
import { matchPlatformLevel } from './platform.ts'
import type { EnclaveLevel, PlatformSvns, TcbEvaluation, TcbSide } from './types.ts'

/** What a quote and its PCK certificate bring, and the documents they are judged by. */
export interface TcbEvidence {
  readonly tcbInfo: TcbInfo
  /** Absent only where the caller's rules allow leaving it out. */
  readonly qeIdentity?: QeIdentity
  readonly platform: PlatformSvns
  readonly qeIsvSvn: number
  /** `tee_tcb_svn` of a TD, 16 bytes; absent for SGX. */
  readonly teeTcbSvn?: Uint8Array
  /** `tee_tcb_svn2` of a TD 1.5 body, 16 bytes. */
  readonly teeTcbSvn2?: Uint8Array
}

/**
 * Evaluates a quote's TCB by Intel's newest algorithm (specification page, sections 4.8 and 9).
 *
 * Throws DCAP_TCB_PLATFORM_NOT_SUPPORTED, DCAP_TCB_MODULE_NOT_SUPPORTED or DCAP_TCB_QE_NOT_SUPPORTED where no level
 * matches, on either side. Does not check that the documents are genuine, current, or about this platform.
 */
export function evaluateTcb(evidence: TcbEvidence): TcbEvaluation {
  const qe = matchQe(evidence)
  const launch = evaluateSide(evidence, 'launch', evidence.teeTcbSvn, qe)
  if (evidence.teeTcbSvn2 === undefined) return { status: launch.status, launch, current: launch }
  const current = evaluateSide(evidence, 'current', evidence.teeTcbSvn2, qe)
  return { status: adviseRelaunch(launch.status, current.status), launch, current }
}

/** Which side a failed evaluation stopped at; `details.side` of the errors thrown here. */
export type EvaluationSideName = 'launch' | 'current'

interface QeMatch {
  readonly level?: EnclaveLevel
  readonly missing: boolean
}

function matchQe({ qeIdentity, qeIsvSvn }: TcbEvidence): QeMatch {
  if (qeIdentity === undefined) return { missing: false }
  const level = matchEnclaveLevel(qeIdentity.levels, qeIsvSvn)
  return level === undefined ? { missing: true } : { level, missing: false }
}

function evaluateSide(
  evidence: TcbEvidence,
  side: EvaluationSideName,
  teeTcbSvn: Uint8Array | undefined,
  qe: QeMatch,
): TcbSide {
  const { tcbInfo, platform } = evidence
  const level = matchPlatformLevel(tcbInfo.levels, platform, teeTcbSvn)
  if (level === undefined) {
    throw new EvidenceError('DCAP_TCB_PLATFORM_NOT_SUPPORTED', undefined, { details: { path: 'tcb.platform', side } })
  }
  const module = teeTcbSvn === undefined ? undefined : matchModule(tcbInfo, side, teeTcbSvn)
  if (qe.missing) {
    throw new EvidenceError('DCAP_TCB_QE_NOT_SUPPORTED', undefined, {
      details: {
        path: 'tcb.qe',
        side,
        expected: evidence.qeIdentity?.levels.at(-1)?.isvSvn,
        actual: evidence.qeIsvSvn,
      },
    })
  }
  const parts = [module?.level, qe.level].filter((part) => part !== undefined)
  const all = [level, ...parts]
  return {
    status: convergeStatus(
      level.status,
      parts.map((part) => part.status),
    ),
    tcbDateAt: Math.min(...all.map((part) => part.tcbDateAt)),
    advisoryIds: convergeAdvisories(all),
    platform: { ...standing(level), level },
    ...(module === undefined ? {} : { module: { ...standing(module.level), ...module } }),
    ...(qe.level === undefined ? {} : { qe: { ...standing(qe.level), level: qe.level } }),
  }
}

function matchModule(
  tcbInfo: TcbInfo,
  side: EvaluationSideName,
  teeTcbSvn: Uint8Array,
): { id: string; level: EnclaveLevel } | undefined {
  const id = moduleIdOf(teeTcbSvn)
  if (id === undefined) return undefined
  const identity = findModuleIdentity(tcbInfo.tdxModuleIdentities, id)
  const level = identity === undefined ? undefined : matchEnclaveLevel(identity.levels, teeTcbSvn[0]!)
  // Under parity rules a level may carry any text; selecting one that means nothing is like matching none.
  if (level === undefined || !isEnclaveStatus(level.status)) {
    throw new EvidenceError('DCAP_TCB_MODULE_NOT_SUPPORTED', undefined, {
      details: {
        path: 'tcb.module',
        side,
        module: id,
        expected: identity?.levels.at(-1)?.isvSvn,
        actual: teeTcbSvn[0],
      },
    })
  }
  return { id, level }
}

function standing(level: EnclaveLevel | TcbSide['platform']['level']): {
  status: typeof level.status
  tcbDateAt: number
  advisoryIds: readonly string[]
} {
  return { status: level.status, tcbDateAt: level.tcbDateAt, advisoryIds: level.advisoryIds }
}
