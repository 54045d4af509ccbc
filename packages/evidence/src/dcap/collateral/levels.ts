/** Reading the TCB levels of a signed document. */
import { compareEnclaveLevels } from '../tcb/enclave.ts'
import { comparePlatformLevels } from '../tcb/platform.ts'
import type { EnclaveLevel, LevelStanding, LevelStatus, PlatformLevel, TcbComponent } from '../tcb/types.ts'
import type { Members } from './members.ts'

const PLATFORM_STATUSES: readonly LevelStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
]
const ENCLAVE_STATUSES: readonly LevelStatus[] = ['UpToDate', 'OutOfDate', 'Revoked']
const COMPONENT_COUNT = 16

/** Which form a platform level has: version 3 lists components, version 2 names each. */
export interface PlatformLevelForm {
  readonly version: 2 | 3
  readonly tdx: boolean
  readonly parity: boolean
}

/** Reads platform levels into matching order. Refuses two levels with the same SVNs. */
export function readPlatformLevels(document: Members, form: PlatformLevelForm): readonly PlatformLevel[] {
  const levels = document
    .list('tcbLevels')
    .map((level) => readPlatformLevel(level, form))
    .sort(comparePlatformLevels)
  for (let i = 1; i < levels.length; i++) {
    if (comparePlatformLevels(levels[i - 1]!, levels[i]!) === 0) {
      throw document.error('tcbLevels', 'levels with different SVNs', 'two levels with the same SVNs')
    }
  }
  return levels
}

function readPlatformLevel(level: Members, { version, tdx, parity }: PlatformLevelForm): PlatformLevel {
  const tcb = level.object('tcb')
  const sgxComponents =
    version === 3 ? readComponents(tcb, 'sgxtcbcomponents', parity) : readFlatComponents(tcb, parity)
  const tdxComponents = tdx ? readComponents(tcb, 'tdxtcbcomponents', parity) : undefined
  return {
    sgxSvns: svnsOf(sgxComponents),
    pceSvn: tcb.integer('pcesvn'),
    sgxComponents,
    ...(tdxComponents === undefined ? {} : { tdxSvns: svnsOf(tdxComponents), tdxComponents }),
    ...readStanding(level, PLATFORM_STATUSES, parity),
  }
}

function readComponents(tcb: Members, name: string, parity: boolean): readonly TcbComponent[] {
  const components = tcb.list(name)
  if (components.length !== COMPONENT_COUNT) {
    throw tcb.error(name, `${COMPONENT_COUNT} components`, `${components.length} components`)
  }
  return components.map((component) => {
    const category = component.optionalText('category')
    const type = component.optionalText('type')
    return {
      svn: readSvn(component, 'svn', parity),
      ...(category === undefined ? {} : { category }),
      ...(type === undefined ? {} : { type }),
    }
  })
}

function readFlatComponents(tcb: Members, parity: boolean): readonly TcbComponent[] {
  return Array.from({ length: COMPONENT_COUNT }, (_, i) => ({
    svn: readSvn(tcb, `sgxtcbcomp${String(i + 1).padStart(2, '0')}svn`, parity),
  }))
}

/** Parity rules keep the low eight bits of a larger number. */
function readSvn(owner: Members, name: string, parity: boolean): number {
  return parity ? owner.integer(name) & 0xff : owner.integer(name, 0xff)
}

/** How the levels of one enclave identity may look. */
export interface EnclaveLevelForm {
  readonly parity: boolean
  /** Parity rules check the status of a module level only once it is selected. */
  readonly anyStatus?: boolean
}

/** Reads the levels of a module or quoting enclave identity, newest first. Refuses two levels with one ISVSVN. */
export function readEnclaveLevels(identity: Members, form: EnclaveLevelForm): readonly EnclaveLevel[] {
  const levels = identity
    .list('tcbLevels')
    .map((level) => ({
      isvSvn: level.object('tcb').integer('isvsvn'),
      ...readStanding(level, form.anyStatus === true ? undefined : ENCLAVE_STATUSES, form.parity),
    }))
    .sort(compareEnclaveLevels)
  for (let i = 1; i < levels.length; i++) {
    const [a, b] = [levels[i - 1]!, levels[i]!]
    if (a.isvSvn === b.isvSvn && (!form.parity || a.tcbDateAt === b.tcbDateAt)) {
      throw identity.error('tcbLevels', 'levels with different ISVSVNs', `two levels with ISVSVN ${a.isvSvn}`)
    }
  }
  return levels
}

/** Tells whether a module or quoting enclave level carries a status that such levels may have. */
export function isEnclaveStatus(status: string): boolean {
  return (ENCLAVE_STATUSES as readonly string[]).includes(status)
}

function readStanding(level: Members, statuses: readonly LevelStatus[] | undefined, parity: boolean): LevelStanding {
  return {
    status: readStatus(level, statuses, parity),
    tcbDateAt: level.date('tcbDate'),
    advisoryIds: level.optionalTexts('advisoryIDs'),
  }
}

function readStatus(level: Members, statuses: readonly LevelStatus[] | undefined, parity: boolean): LevelStatus {
  // Parity rules read a status up to a NUL, as C strings end there.
  const text = parity ? level.text('tcbStatus').split('\0', 1)[0]! : level.text('tcbStatus')
  if (statuses !== undefined && !(statuses as readonly string[]).includes(text)) {
    throw level.error('tcbStatus', statuses, text)
  }
  return text as LevelStatus
}

function svnsOf(components: readonly TcbComponent[]): Uint8Array {
  return Uint8Array.from(components, (component) => component.svn)
}
