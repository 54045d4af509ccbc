import { encodeHex } from '@veritee/codec/bytes'
import { formatDateTime } from '@veritee/evidence/dcap/collateral'

/** Members of a TCB info document, spelt as Intel spells them. */
export interface TcbInfoJson {
  id: string
  version: number
  issueDate: string
  nextUpdate: string
  fmspc: string
  pceId: string
  tcbType: number
  tcbEvaluationDataNumber: number
  tdxModule?: TdxModuleJson
  tdxModuleIdentities?: TdxModuleIdentityJson[]
  tcbLevels: PlatformLevelJson[]
}

export interface TdxModuleJson {
  mrsigner: string
  attributes: string
  attributesMask: string
}

export interface TdxModuleIdentityJson extends TdxModuleJson {
  id: string
  tcbLevels: EnclaveLevelJson[]
}

export interface EnclaveLevelJson extends StandingJson {
  tcb: { isvsvn: number }
}

export interface PlatformLevelJson extends StandingJson {
  tcb: { sgxtcbcomponents: ComponentJson[]; pcesvn: number; tdxtcbcomponents?: ComponentJson[] }
}

export interface ComponentJson {
  svn: number
  category?: string
  type?: string
}

export interface StandingJson {
  tcbDate: string
  tcbStatus: string
  advisoryIDs?: string[]
}

/** When a document was issued, and of which evaluation data set it is. */
export interface DocumentIssue {
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly nextUpdateAt: number
  readonly evaluationDataNumber: number
}

/** What the levels of a platform family are published around. */
export interface PlatformFamily {
  readonly fmspc: Uint8Array
  readonly pceId: Uint8Array
  /** The newest published SVNs: what an up-to-date platform has. */
  readonly sgxSvns: readonly number[]
  readonly pceSvn: number
  readonly teeTcbSvn: Uint8Array
  /** Status of the newest level and of the TDX module's newest level. */
  readonly status: string
  readonly moduleStatus: string
  readonly advisoryIds: readonly string[]
}

const ZERO_MODULE: TdxModuleJson = {
  mrsigner: '00'.repeat(48),
  attributes: '00'.repeat(8),
  attributesMask: 'FF'.repeat(8),
}

/** TCB info for SGX or TDX: the newest level, an outdated one, and a revoked one (specification page, section 4.4). */
export function createTcbInfo(id: 'SGX' | 'TDX', family: PlatformFamily, issue: DocumentIssue): TcbInfoJson {
  return {
    id,
    version: 3,
    ...encodeIssue(issue),
    fmspc: encodeHex(family.fmspc).toUpperCase(),
    pceId: encodeHex(family.pceId).toUpperCase(),
    tcbType: 0,
    tcbEvaluationDataNumber: issue.evaluationDataNumber,
    ...(id === 'TDX'
      ? { tdxModule: { ...ZERO_MODULE }, tdxModuleIdentities: [createModuleIdentity(family, issue.issuedAt)] }
      : {}),
    tcbLevels: createLevels(id, family, issue.issuedAt),
  }
}

/** The dates of a document, as Intel writes them. */
export function encodeIssue(issue: DocumentIssue): { issueDate: string; nextUpdate: string } {
  return { issueDate: formatDateTime(issue.issuedAt), nextUpdate: formatDateTime(issue.nextUpdateAt) }
}

/** Where a level stands: `age` 0 is the newest, each further one a year older. */
export function createStanding(
  status: string,
  issuedAt: number,
  age: number,
  advisoryIds: readonly string[],
): StandingJson {
  const midnight = issuedAt - (issuedAt % 86_400) - 90 * 86_400 - age * 365 * 86_400
  return {
    tcbDate: formatDateTime(midnight),
    tcbStatus: status,
    ...(advisoryIds.length === 0 ? {} : { advisoryIDs: [...advisoryIds] }),
  }
}

function createLevels(id: 'SGX' | 'TDX', family: PlatformFamily, issuedAt: number): PlatformLevelJson[] {
  const [newest, older, oldest] = [0, 1, 2].map((age) => ({
    sgxtcbcomponents: describeSgx(family.sgxSvns.map((svn, i) => (i < 2 ? Math.max(0, svn - age) : svn))),
    pcesvn: Math.max(0, family.pceSvn - age),
    ...(id === 'TDX' ? { tdxtcbcomponents: describeTdx(family.teeTcbSvn, age) } : {}),
  })) as [PlatformLevelJson['tcb'], PlatformLevelJson['tcb'], PlatformLevelJson['tcb']]
  return [
    { tcb: newest, ...createStanding(family.status, issuedAt, 0, family.advisoryIds) },
    { tcb: older, ...createStanding('OutOfDate', issuedAt, 1, ['SIMULATED-SA-00001']) },
    { tcb: oldest, ...createStanding('Revoked', issuedAt, 2, ['SIMULATED-SA-00001', 'SIMULATED-SA-00002']) },
  ]
}

/** One identity, of the module generation of the family; older modules of the generation are out of date. */
function createModuleIdentity(family: PlatformFamily, issuedAt: number): TdxModuleIdentityJson {
  const [minor = 0, major = 0] = family.teeTcbSvn
  return {
    id: `TDX_${major.toString(16).toUpperCase().padStart(2, '0')}`,
    ...ZERO_MODULE,
    tcbLevels: [
      { tcb: { isvsvn: minor }, ...createStanding(family.moduleStatus, issuedAt, 0, []) },
      { tcb: { isvsvn: Math.max(0, minor - 2) }, ...createStanding('OutOfDate', issuedAt, 1, ['SIMULATED-SA-00003']) },
    ],
  }
}

function describeSgx(svns: readonly number[]): ComponentJson[] {
  const kinds = [
    { category: 'BIOS', type: 'Early Microcode Update' },
    { category: 'OS/VMM', type: 'SGX Late Microcode Update' },
    { category: 'OS/VMM', type: 'TXT SINIT' },
    { category: 'BIOS' },
  ]
  return svns.map((svn, i) => ({ svn, ...kinds[i] }))
}

/** The module's own SVNs count only for generation 0; for later ones the identity's levels do. */
function describeTdx(teeTcbSvn: Uint8Array, age: number): ComponentJson[] {
  return Array.from(teeTcbSvn, (svn, i) => {
    if (i === 0) return { svn: Math.max(0, svn - age), category: 'OS/VMM', type: 'TDX Module' }
    if (i === 1) return { svn: 0, category: 'OS/VMM', type: 'TDX Module' }
    if (i === 2) return { svn: Math.max(0, svn - age), category: 'OS/VMM', type: 'TDX Late Microcode Update' }
    return { svn }
  })
}
