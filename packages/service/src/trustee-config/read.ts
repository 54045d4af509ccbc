import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { type ConfigProblem, parseConfig, type ServiceConfigInput } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { readCollateral } from './collateral.ts'
import { readDocument, type TrusteeDocument } from './document.ts'
import { listUnheeded } from './environment.ts'
import { TRUSTEE_FILES, type TrusteeFile } from './keys/key.ts'
import { TRUSTEE_KEYS } from './keys/table.ts'
import { readListeners } from './listen.ts'
import {
  findPlace,
  readAttestationPart,
  readBrokerPart,
  readGatewayPart,
  readInnerListeners,
  readReferencePart,
} from './parts.ts'
import { invalid, readSettings, type TrusteeSettings } from './settings.ts'
import { findRow, listMoot, listWarnings } from './warnings.ts'

export interface TrusteeConfigOptions {
  /** The folder of the files, commonly `/etc/trustee`. */
  readonly folder: string
  /** Stands before every absolute path that the files name and that the layout has; default `/`. */
  readonly root?: string
  /** `PCCS_URL`, `PCCS_URLS` and `QCNL_CONF_PATH` say where collateral is; others of the older programs are told about. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Collateral is given beside the files: the vendor's own service is asked only where one of them names it. */
  readonly hasBundles?: boolean
}

/** What the files come to. */
export interface TrusteeConfig {
  readonly config: ServiceConfigInput
  /** One sentence or more for each thing that a careful operator should know of. */
  readonly notices: readonly string[]
  /** Folders that people put files into, and the mode to make them with: they need not be there yet. */
  readonly folders: readonly { readonly path: string; readonly mode: number }[]
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

/**
 * Reads `gateway.yml`, `kbs-config.toml`, `as-config.json` and `rvps.json` as they are, and makes of them the configuration of
 * one service that does the work of all of them. A file that is not there stands for the one that is shipped.
 *
 * The files are only read. What they name is opened by the service.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE, SERVICE_CONFIG_KEY_UNKNOWN, SERVICE_CONFIG_INVALID
 */
export function readTrusteeConfig(options: TrusteeConfigOptions): TrusteeConfig {
  const { folder, root = '/', env = {} } = options
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ServiceError(
      'SERVICE_CONFIG_UNREADABLE',
      `${folder} is no folder: name the one that gateway.yml is in.`,
      {
        details: { path: folder },
      },
    )
  const documents = new Map(TRUSTEE_FILES.map((file) => [file, readDocument(folder, file)]))
  const settingsOf = (file: TrusteeFile) => readSettings(file, documents.get(file)?.values, TRUSTEE_KEYS[file])
  const [gateway, broker, ownAttestation, references] = TRUSTEE_FILES.map(settingsOf) as [
    TrusteeSettings,
    TrusteeSettings,
    TrusteeSettings,
    TrusteeSettings,
  ]
  const notices = describeFiles(folder, documents)
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
      // The services that a gateway belongs to write claims so.
      ['policies.claims', gateway.present ? 'texts' : undefined],
    ]),
    notices,
    place,
    exists,
    findFolder: (name) => findPlace(name, place, exists),
  }
  readListeners(read)
  readInnerListeners(read)
  readGatewayPart(read)
  readBrokerPart(read, env)
  readAttestationPart(read)
  readReferencePart(read)
  readCollateral(read, options)
  notices.push(...listUnheeded(env))
  const all = [gateway, broker, ownAttestation, references].map(
    (settings) => [settings, TRUSTEE_KEYS[settings.file]] as const,
  )
  const warnings = all.flatMap(([settings, rows]) => listWarnings(settings, rows))
  const config = nest(read.draft) as unknown as ServiceConfigInput
  expectFits(config, [gateway, broker, ownAttestation, references])
  const folders = [
    { path: read.draft.get('policies.folder') as string, mode: 0o755 },
    { path: read.draft.get('resources.folder') as string, mode: 0o700 },
  ]
  const open = folders.flatMap(({ path, mode }) => (mode === 0o700 ? describeOpenFolder(path) : []))
  return { config, notices: [...warnings, ...notices, ...open, ...listMoot(all)], folders }
}

/**
 * Which files are not there, and which are called otherwise.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE where there is none of them: it is likely another folder that was meant
 */
function describeFiles(folder: string, documents: ReadonlyMap<TrusteeFile, TrusteeDocument | undefined>): string[] {
  const absent = TRUSTEE_FILES.filter((file) => documents.get(file) === undefined)
  if (absent.length === TRUSTEE_FILES.length)
    throw new ServiceError(
      'SERVICE_CONFIG_UNREADABLE',
      `${folder} has none of ${TRUSTEE_FILES.join(', ')}: name the folder that they are in.`,
      { details: { path: folder } },
    )
  const renamed = [...documents].flatMap(([file, document]) =>
    document === undefined || document.name === file ? [] : [`${document.name} is read as ${file}.`],
  )
  const missing = `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not in ${folder}: what is shipped counts.`
  return absent.length === 0 ? renamed : [missing, ...renamed]
}

/** What no configuration may say is told in the words of the file that said it. */
function expectFits(config: ServiceConfigInput, files: readonly TrusteeSettings[]): void {
  try {
    parseConfig(config)
  } catch (cause) {
    const problems = (cause as ServiceError).details['problems'] as readonly ConfigProblem[]
    const [first] = problems as [ConfigProblem, ...ConfigProblem[]]
    for (const settings of files) {
      const said = [...settings.values].find(([key]) =>
        findRow(TRUSTEE_KEYS[settings.file], key)?.becomes?.some((name) => first.path.startsWith(name)),
      )
      if (said !== undefined) throw invalid(settings.file, said[0], first.message, undefined, said[1])
    }
    throw cause
  }
}

/** Secrets that are files are as closed as their folder. */
function describeOpenFolder(path: string): string[] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  return (mode & 0o005) === 0
    ? []
    : [`Everybody on this machine may look into ${path}, where secrets are files. Close it with: chmod o-rwx ${path}`]
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
