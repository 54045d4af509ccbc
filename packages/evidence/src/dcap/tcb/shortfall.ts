/** Which components keep a platform from an up-to-date level, and whose update mends each. */
import type { QeIdentity, TcbInfo } from '../collateral/types.ts'
import { findModuleIdentity, moduleIdOf } from './enclave.ts'
import type { TcbEvidence } from './evaluation.ts'
import { firstTdxComponent, matchPlatformLevel } from './platform.ts'
import type {
  EnclaveLevel,
  LevelStatus,
  PlatformLevel,
  PlatformSvns,
  TcbComponent,
  TcbRemedy,
  TcbShortfall,
} from './types.ts'

/** What the platform itself shows beside its PCK certificate. */
export interface ShortfallEvidence extends TcbEvidence {
  /** The platform already runs a newer PCE than its PCK certificate was issued for. */
  readonly pckCertificateStale: boolean
}

/** From best to worst; what counts as better is nearer to the front. */
const RANK: readonly LevelStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDateConfigurationNeeded',
  'OutOfDate',
  'Revoked',
]

/**
 * Explains a TCB evaluation component by component: what the platform has, what the easiest of the best published levels
 * needs, and whose update mends it. Empty when the platform already reaches such a level (what is left then is a matter
 * of configuration or of software hardening, not of versions).
 *
 * Works also where no level matched at all.
 */
export function explainShortfall(evidence: ShortfallEvidence): readonly TcbShortfall[] {
  const { tcbInfo, platform, teeTcbSvn, teeTcbSvn2, qeIdentity, qeIsvSvn, pckCertificateStale } = evidence
  const launch = explainSide('launch', tcbInfo, platform, teeTcbSvn, pckCertificateStale)
  const current =
    teeTcbSvn2 === undefined ? [] : explainSide('current', tcbInfo, platform, teeTcbSvn2, pckCertificateStale)
  // SGX components do not differ between the sides; what launch already says is not said twice.
  const said = new Set(launch.map((item) => `${item.component} ${item.have} ${item.need}`))
  return [
    ...launch,
    ...current.filter((item) => !said.has(`${item.component} ${item.have} ${item.need}`)),
    ...explainQe(qeIdentity, qeIsvSvn),
  ]
}

function explainSide(
  side: 'launch' | 'current',
  tcbInfo: TcbInfo,
  platform: PlatformSvns,
  teeTcbSvn: Uint8Array | undefined,
  stale: boolean,
): readonly TcbShortfall[] {
  return [
    ...explainPlatform(side, tcbInfo.levels, platform, teeTcbSvn, stale),
    ...(teeTcbSvn === undefined ? [] : explainModule(side, tcbInfo, teeTcbSvn)),
  ]
}

function explainPlatform(
  side: 'launch' | 'current',
  levels: readonly PlatformLevel[],
  platform: PlatformSvns,
  teeTcbSvn: Uint8Array | undefined,
  stale: boolean,
): readonly TcbShortfall[] {
  const matched = matchPlatformLevel(levels, platform, teeTcbSvn)
  const target = easiestBest(levels)
  if (target === undefined || (matched !== undefined && rank(matched) <= rank(target))) return []
  const remedy: TcbRemedy = stale ? 'reprovision-pck' : 'microcode-or-bios'
  const short: TcbShortfall[] = []
  for (let i = 0; i < 16; i++) {
    const [have, need] = [platform.sgxSvns[i]!, target.sgxSvns[i]!]
    if (have >= need) continue
    short.push(describeComponent(side, `sgx.component.${ordinal(i)}`, target.sgxComponents[i], have, need, remedy))
  }
  if (platform.pceSvn < target.pceSvn) {
    const pceRemedy: TcbRemedy = stale ? 'reprovision-pck' : 'pce'
    short.push(describeComponent(side, 'sgx.pcesvn', undefined, platform.pceSvn, target.pceSvn, pceRemedy))
  }
  if (teeTcbSvn === undefined || target.tdxSvns === undefined) return short
  for (let i = firstTdxComponent(teeTcbSvn); i < 16; i++) {
    const [have, need] = [teeTcbSvn[i]!, target.tdxSvns[i]!]
    if (have >= need) continue
    const tdxRemedy: TcbRemedy = i < 2 ? 'tdx-module' : 'microcode-or-bios'
    short.push(describeComponent(side, `tdx.component.${ordinal(i)}`, target.tdxComponents?.[i], have, need, tdxRemedy))
  }
  return short
}

function explainModule(side: 'launch' | 'current', tcbInfo: TcbInfo, teeTcbSvn: Uint8Array): readonly TcbShortfall[] {
  const id = moduleIdOf(teeTcbSvn)
  const identity = id === undefined ? undefined : findModuleIdentity(tcbInfo.tdxModuleIdentities, id)
  if (identity === undefined) return []
  return explainEnclave(side, `tdx.module.${identity.id}`, 'tdx-module', identity.levels, teeTcbSvn[0]!)
}

function explainQe(identity: QeIdentity | undefined, isvSvn: number): readonly TcbShortfall[] {
  return identity === undefined ? [] : explainEnclave('launch', 'qe', 'qe', identity.levels, isvSvn)
}

function explainEnclave(
  side: 'launch' | 'current',
  component: string,
  remedy: TcbRemedy,
  levels: readonly EnclaveLevel[],
  have: number,
): readonly TcbShortfall[] {
  const target = easiestBest(levels)
  if (target === undefined || have >= target.isvSvn) return []
  return [describeComponent(side, component, undefined, have, target.isvSvn, remedy)]
}

/** The lowest of the levels with the best status that the document offers. */
function easiestBest<T extends { readonly status: LevelStatus }>(levels: readonly T[]): T | undefined {
  let best: T | undefined
  for (const level of levels) if (best === undefined || rank(level) <= rank(best)) best = level
  return best
}

function rank(level: { readonly status: LevelStatus }): number {
  return RANK.indexOf(level.status)
}

function ordinal(index: number): string {
  return String(index + 1).padStart(2, '0')
}

function describeComponent(
  side: 'launch' | 'current',
  component: string,
  named: TcbComponent | undefined,
  have: number,
  need: number,
  remedy: TcbRemedy,
): TcbShortfall {
  return {
    side,
    component,
    ...(named?.category === undefined ? {} : { category: named.category }),
    ...(named?.type === undefined ? {} : { type: named.type }),
    have,
    need,
    remedy,
    next: remedy === 'microcode-or-bios' ? adviseFirmware(named) : NEXT[remedy],
  }
}

function adviseFirmware(named: TcbComponent | undefined): string {
  const source = named?.category === 'OS/VMM' ? 'host software' : 'BIOS and microcode'
  const component = named?.type ?? 'this component'
  return `Install the ${source} that raises ${component}, then provision a new PCK certificate for the platform.`
}

const NEXT: Readonly<Record<Exclude<TcbRemedy, 'microcode-or-bios'>, string>> = {
  'tdx-module': 'Update the TDX module on the host; relaunch the TD where the launch side falls short.',
  pce: 'Update the provisioning certification enclave (PCE) on the host, then provision a new PCK certificate.',
  qe: 'Update the quoting enclave package on the host.',
  'reprovision-pck':
    'The platform runs a newer PCE than its PCK certificate was issued for: fetch its certificate again.',
}
