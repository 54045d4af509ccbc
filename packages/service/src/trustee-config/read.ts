import { existsSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { CollateralError, resolveSources } from '@veritee/collateral'
import type { ServiceConfigInput } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { readDocument } from './document.ts'
import { TRUSTEE_FILES, type TrusteeFile } from './key.ts'
import { readListeners } from './listen.ts'
import {
  findPlace,
  readAttestationPart,
  readBrokerPart,
  readGatewayPart,
  readInnerListeners,
  readReferencePart,
} from './parts.ts'
import { readSettings, type TrusteeSettings } from './settings.ts'
import { TRUSTEE_KEYS } from './table.ts'
import { listMoot, listWarnings } from './warnings.ts'

export interface TrusteeConfigOptions {
  /** The folder of the files, commonly `/etc/trustee`. */
  readonly folder: string
  /** Stands before every absolute path that the files name and that the layout has; default `/`. */
  readonly root?: string
  /** `PCCS_URL`, `PCCS_URLS`, `QCNL_CONF_PATH` and `TRUSTEE_SKIP_NVGPU_VERIFY` are looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What the files come to. */
export interface TrusteeConfig {
  readonly config: ServiceConfigInput
  /** One sentence or more for each thing that a careful operator should know of. */
  readonly notices: readonly string[]
  /** Folders that people put files into; they need not be there yet. */
  readonly folders: readonly string[]
}

/** What is passed along while the files are read. */
export interface TrusteeRead {
  readonly gateway: TrusteeSettings
  readonly broker: TrusteeSettings
  readonly attestation: TrusteeSettings
  readonly references: TrusteeSettings
  /** Keys of the configuration, dotted; an undefined value leaves the default. */
  readonly draft: Map<string, unknown>
  readonly notices: string[]
  /** Where a path of the files is. */
  place(path: string): string
  exists(path: string): boolean
  /** Where something of the layout is when no file says it. */
  findFolder(name: string): string
}

const OWN_FOLDER = '/opt/trustee/veritee'
const QCNL_FILE = '/etc/sgx_default_qcnl.conf'

/**
 * Reads `gateway.yml`, `kbs-config.toml`, `as-config.json` and `rvps.json` as they are, and makes of them the configuration of
 * one service that does the work of all of them. A file that is not there stands for the one that is shipped.
 *
 * The files are only read. What they name is opened by the service.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE, SERVICE_CONFIG_KEY_UNKNOWN, SERVICE_CONFIG_INVALID
 */
export function readTrusteeConfig({ folder, root = '/', env = {} }: TrusteeConfigOptions): TrusteeConfig {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ServiceError(
      'SERVICE_CONFIG_UNREADABLE',
      `${folder} is no folder: name the one that gateway.yml is in.`,
      {
        details: { path: folder },
      },
    )
  const settingsOf = (file: TrusteeFile) => readSettings(file, readDocument(folder, file), TRUSTEE_KEYS[file])
  const [gateway, broker, ownAttestation, references] = TRUSTEE_FILES.map(settingsOf) as [
    TrusteeSettings,
    TrusteeSettings,
    TrusteeSettings,
    TrusteeSettings,
  ]
  const notices: string[] = []
  const place = (path: string) => (isAbsolute(path) ? join(resolve(root), path) : resolve(path))
  const exists = (path: string) => existsSync(path)
  const read: TrusteeRead = {
    gateway,
    broker,
    attestation: selectAttestation(broker, ownAttestation, notices),
    references,
    draft: new Map<string, unknown>([
      ['dir', place(OWN_FOLDER)],
      ['policies.fallback', 'references'],
    ]),
    notices,
    place,
    exists,
    findFolder: (name) => findPlace(name, place, exists),
  }
  readListeners(read)
  readInnerListeners(read)
  readGatewayPart(read)
  readBrokerPart(read)
  readAttestationPart(read)
  readReferencePart(read)
  readCollateral(read, env)
  if (env['TRUSTEE_SKIP_NVGPU_VERIFY'] === 'true')
    notices.push('TRUSTEE_SKIP_NVGPU_VERIFY: Any GPU would pass unverified. It is not heeded: GPU evidence is judged.')
  const all = [gateway, broker, ownAttestation, references].map(
    (settings) => [settings, TRUSTEE_KEYS[settings.file]] as const,
  )
  const warnings = all.flatMap(([settings, rows]) => listWarnings(settings, rows))
  const { draft } = read
  return {
    config: nest(draft) as unknown as ServiceConfigInput,
    notices: [...warnings, ...notices, ...listMoot(all)],
    folders: [draft.get('policies.folder') as string, draft.get('resources.folder') as string],
  }
}

/** A key broker with an attestation service of its own has that one's keys in its file. */
function selectAttestation(broker: TrusteeSettings, own: TrusteeSettings, notices: string[]): TrusteeSettings {
  if (broker.text('attestation_service.type') !== 'coco_as_builtin') return own
  const prefix = 'attestation_service.'
  if (own.present)
    notices.push(
      'as-config.json: kbs-config.toml has an attestation service of its own (coco_as_builtin), whose keys count here.',
    )
  return {
    file: broker.file,
    present: broker.present,
    values: new Map(
      [...broker.values].flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
    ),
    text: (key) => broker.text(prefix + key),
    texts: (key) => broker.texts(prefix + key),
    count: (key) => broker.count(prefix + key),
    flag: (key) => broker.flag(prefix + key),
  }
}

/** Vendor collateral: as the file says, else the environment, else the machine's collateral configuration, else the vendor's own service. */
function readCollateral(
  { attestation, draft, notices, place }: TrusteeRead,
  env: NonNullable<TrusteeConfigOptions['env']>,
): void {
  const named = attestation.text('verifier_config.dcap_verifier.collateral_service')
  const listed = (env['PCCS_URLS'] ?? env['PCCS_URL'] ?? '').split(',').filter((url) => url.trim() !== '')
  const qcnlPath = env['QCNL_CONF_PATH'] ?? place(QCNL_FILE)
  try {
    const { endpoints, bundleFiles } = resolveSources({
      urls: named === undefined ? listed : [named],
      ...(existsSync(qcnlPath) ? { qcnl: readFileSync(qcnlPath, 'utf8') } : {}),
    })
    const [first, ...more] = endpoints
    draft.set('collateral.pcs', first?.url)
    draft.set('collateral.bundles', bundleFiles.length === 0 ? undefined : bundleFiles)
    if (more.length > 0)
      notices.push(
        `PCCS_URLS: ${first?.url} is asked; ${more.map(({ url }) => url).join(', ')} ${more.length === 1 ? 'is' : 'are'} not.`,
      )
  } catch (error) {
    if (!(error instanceof CollateralError)) throw error
    throw new ServiceError('SERVICE_CONFIG_INVALID', `The address of the collateral service: ${error.message}`, {
      cause: error,
      details: {
        ...error.details,
        path: named === undefined ? (listed.length > 0 ? 'PCCS_URL' : qcnlPath) : 'as-config.json',
      },
    })
  }
}

function nest(draft: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const whole: Record<string, unknown> = {}
  for (const [key, value] of draft) {
    if (value === undefined) continue
    const steps = key.split('.')
    const last = steps.pop() as string
    let at = whole
    for (const step of steps) {
      const below = (at[step] ?? {}) as Record<string, unknown>
      at[step] = below
      at = below
    }
    at[last] = value
  }
  return whole
}
