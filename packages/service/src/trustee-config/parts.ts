/** What each file says beside where to listen. */
import { findNearest } from '@veritee/codec/nearest'
import type { TrusteeEnvironment } from './environment.ts'
import { readLocalAddress } from './listen.ts'
import type { TrusteeRead } from './read.ts'
import { invalid, type TrusteeSettings } from './settings.ts'

const REFERENCES_ADDRESS = '127.0.0.1:50003'
const ATTESTATION_ADDRESS = '127.0.0.1:50004'
const ATTESTATION_HTTP_ADDRESS = '127.0.0.1:50005'
const SHIPPED = '/opt/trustee'
/** Where the programs look when no file says where. */
const COMPILED = '/opt/confidential-containers'

const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', panic: 'fatal' }
const KNOWN_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** `gateway.yml`: logs, how long attestations are kept, instances. */
export function readGatewayPart({ gateway, draft, place }: TrusteeRead): void {
  const level = gateway.text('logging.level')?.toLowerCase()
  if (level !== undefined) {
    const known = LEVELS[level] ?? level
    if (!KNOWN_LEVELS.includes(known))
      throw invalid(gateway.file, 'logging.level', 'There is no such level.', KNOWN_LEVELS.join(', '), level)
    draft.set('log.level', known)
  }
  const days = gateway.count('audit.retention_days')
  if (days !== undefined) {
    // Zero turns the limit off there; here there is always one.
    draft.set('retention.attemptDays', days === 0 ? 3650 : days)
    draft.set('retention.inputDays', days === 0 ? 3650 : days)
  }
  draft.set('gateway.heartbeatMinutes', gateway.count('attestation_agent_instance_info.heartbeat_timeout_minutes'))
  const credential = gateway.text('credential.path')
  draft.set('gateway.credential', credential === undefined ? undefined : place(credential))
}

/** `kbs-config.toml`: handshakes, administrators, the resource policy, secrets. */
export function readBrokerPart(read: TrusteeRead, env: TrusteeEnvironment): void {
  const { broker, draft, place, exists, notices, findFolder } = read
  expectOneOf(broker, 'attestation_service.type', ['coco_as_builtin', 'coco_as_grpc', 'intel_ta'])
  expectOneOf(broker, 'admin.authorization_mode', ['InsecureAllowAll', 'DenyAll', 'AuthenticatedAuthorization'])
  if (broker.text('attestation_service.type') === 'intel_ta')
    throw invalid(
      broker.file,
      'attestation_service.type',
      'Intel Trust Authority is not asked here: this process judges evidence itself. Set it to coco_as_grpc.',
    )
  const megabytes = broker.count('http_server.payload_request_size')
  draft.set('limits.bodyBytes', megabytes === undefined ? undefined : megabytes * 1024 * 1024)
  const minutes = broker.count('attestation_service.timeout')
  draft.set('handshake.lifetimeSeconds', minutes === undefined ? undefined : minutes * 60)
  const named = broker.text('admin.auth_public_key')
  const adminKey = place(named ?? '/etc/trustee/public.pub')
  if (exists(adminKey)) draft.set('adminKeys', [adminKey])
  else if (named !== undefined)
    notices.push(
      `kbs-config.toml admin.auth_public_key: ${adminKey} is not there, so nobody is an administrator by it. The key in the data directory is one.`,
    )
  // Their clients sign for so long.
  draft.set('adminTokenSeconds', 7200)
  const policy = broker.text('policy_engine.policy_path')
  draft.set('policies.resourceFile', policy === undefined ? findFolder('kbs/policy.rego') : place(policy))
  readTokenKeys(read)
  const plugins = listPlugins(broker)
  draft.set('resources.folder', readSecretFolder(read, plugins, env))
  const authority = plugins.get('tpm-pca')
  if (authority !== undefined) readTpmAuthority(read, authority)
}

/** What other attestation services sign with. */
function readTokenKeys({ broker, draft, place, notices }: TrusteeRead): void {
  const section = 'attestation_token.'
  const sets = broker.texts(`${section}trusted_jwk_sets`)
  const isFile = (text: string) => !text.includes('://') || text.startsWith('file://')
  for (const url of sets.filter((text) => !isFile(text)))
    notices.push(
      `kbs-config.toml ${section}trusted_jwk_sets: ${url} is not asked, so tokens of its keys are refused. Save its keys to a file, and name that.`,
    )
  const draftList = (key: string, values: readonly string[]) => draft.set(key, values.length === 0 ? undefined : values)
  const files = sets.filter(isFile).map((text) => place(text.replace(/^file:\/\//, '')))
  draftList('token.trustedKeys', files)
  draftList('token.trustedCertificates', broker.texts(`${section}trusted_certs_paths`).map(place))
  draftList('token.teeKeyPaths', broker.texts(`${section}extra_teekey_paths`))
}

/** The plugin that certifies attestation keys of TPMs. */
function readTpmAuthority({ broker, draft, place, findFolder }: TrusteeRead, prefix: string): void {
  const [folder, key, chain] = ['work_dir', 'signing_key_path', 'cert_chain_path'].map((name) =>
    broker.text(prefix + name),
  )
  if (chain !== undefined && key === undefined)
    throw invalid(
      broker.file,
      `${prefix}signing_key_path`,
      'Certificates are named, and not the key that they are for.',
    )
  draft.set('tpmAuthority.folder', folder === undefined ? findFolder('kbs/tpm-pca') : place(folder))
  draft.set('tpmAuthority.key', key === undefined ? undefined : place(key))
  draft.set('tpmAuthority.certificates', chain === undefined ? undefined : place(chain))
  const own = `${prefix}tpm_self_signed_ca_config.`
  draft.set('tpmAuthority.name', broker.text(`${own}name`))
  draft.set('tpmAuthority.organization', broker.text(`${own}organization`))
  const duration = broker.text(`${own}duration`)
  if (duration === undefined) return
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(duration) ?? []
  if (count === '') throw invalid(broker.file, `${own}duration`, 'It must be a number with s, m, h or d behind it.')
  draft.set('tpmAuthority.lifetimeSeconds', Number(count) * (UNIT_SECONDS[unit] ?? 0))
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A word that means nothing is likely a misspelt one that means something. @throws ServiceError SERVICE_CONFIG_INVALID */
function expectOneOf(settings: TrusteeSettings, key: string, words: readonly string[]): void {
  const word = settings.text(key)
  if (word === undefined || words.includes(word)) return
  const nearest = findNearest(word, words)
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`
  throw invalid(settings.file, key, `There is no ${word}.${hint}`, words.join(', '), word)
}

const PLUGINS = ['resource', 'sample', 'nebula-ca', 'pkcs11', 'tpm-pca', 'external', 'provisioner']

/** The places of the plugins in the list, by name. @throws ServiceError SERVICE_CONFIG_INVALID */
function listPlugins(broker: TrusteeSettings): ReadonlyMap<string, string> {
  const prefixes = [...broker.values.keys()].flatMap((key) => /^plugins\[\d+\]\./.exec(key)?.[0] ?? [])
  const plugins = new Map<string, string>()
  for (const prefix of new Set(prefixes)) {
    const name = broker.text(`${prefix}name`)
    if (name === undefined) throw invalid(broker.file, `${prefix}name`, 'A plugin needs a name.', PLUGINS.join(', '))
    expectOneOf(broker, `${prefix}name`, PLUGINS)
    if (plugins.has(name)) throw invalid(broker.file, `${prefix}name`, 'This plugin is there twice, and one can count.')
    plugins.set(name, prefix)
  }
  return plugins
}

/** Variables that win over what `kbs-config.toml` says of secrets. */
const TYPE_VARIABLE = 'KBS_RESOURCE_STORAGE_TYPE'
const FOLDER_VARIABLE = 'KBS_RESOURCE_STORAGE_DIR_PATH'

const FOLDER_TYPES: readonly (string | undefined)[] = [undefined, 'LocalFs', 'kvstorage']

/** What the environment says of the folder wins over the file. */
function readSecretFolder(
  { broker, place, findFolder }: TrusteeRead,
  plugins: ReadonlyMap<string, string>,
  env: TrusteeEnvironment,
): string {
  const prefix = plugins.get('resource')
  const ofFile = (name: string) => (prefix === undefined ? undefined : broker.text(prefix + name))
  const type = env[TYPE_VARIABLE] || (ofFile('type') ?? ofFile('storage_backend_type'))
  if (!FOLDER_TYPES.includes(type))
    throw invalid(
      broker.file,
      env[TYPE_VARIABLE] ? TYPE_VARIABLE : `${prefix}type`,
      `Secrets that ${type} holds are not read here, and machines would be told that there are none. Export them, store them with \`veritee secret put\`, and set the type to LocalFs.`,
      'LocalFs',
      type,
    )
  const folder = env[FOLDER_VARIABLE] || ofFile('dir_path')
  return folder === undefined ? findFolder('kbs/repository') : place(folder)
}

/** What relying parties read where no file names another. */
const ISSUER = 'CoCo-Attestation-Service'

const TOKEN_KINDS: Readonly<Record<string, string>> = { Ear: 'ear', Simple: 'simple', OIDC: 'oidc' }

/** `as-config.json`, or what the key broker's file says of its own attestation service. */
export function readAttestationPart(read: TrusteeRead): void {
  const { attestation, draft, place, findFolder } = read
  expectOneOf(attestation, 'rvps_config.type', ['BuiltIn', 'GrpcRemote'])
  const broker = 'attestation_token_broker'
  const kind = attestation.text(`${broker}.type`)
  if (kind !== undefined && TOKEN_KINDS[kind] === undefined)
    throw invalid(attestation.file, `${broker}.type`, 'There is no such kind of token.', 'Ear, Simple or OIDC', kind)
  draft.set('token.kind', kind === undefined ? undefined : TOKEN_KINDS[kind])
  const minutes = attestation.count(`${broker}.duration_min`)
  draft.set('token.lifetimeSeconds', minutes === undefined ? undefined : minutes * 60)
  const issuer = attestation.text(`${broker}.oid_config.issuer`)
  draft.set('token.issuer', issuer ?? attestation.text(`${broker}.issuer_name`) ?? ISSUER)
  draft.set('token.publicUrl', issuer !== undefined && /^https?:/.test(issuer) ? issuer : undefined)
  draft.set('token.audience', attestation.text(`${broker}.oid_config.audience`))
  draft.set('token.subjectClaims', readList(attestation, `${broker}.oid_config.sub_claims`))
  draft.set('token.additionalClaims', readList(attestation, `${broker}.oid_config.additional_claims`))
  const folder = attestation.text(`${broker}.policy_dir`) ?? attestation.text(`${broker}.policy_path`)
  draft.set(
    'policies.folder',
    folder === undefined ? findFolder('attestation-service/policies/opa') : `${place(folder).replace(/\/+$/, '')}/opa`,
  )
  const challengeKey = attestation.text('challenge_key_path')
  draft.set('attestation.challengeKey', challengeKey === undefined ? undefined : place(challengeKey))
}

function readList(settings: TrusteeSettings, key: string): readonly string[] | undefined {
  return settings.values.has(key) ? settings.texts(key) : undefined
}

/** Reference values: the file that another service kept them in, read beside what is registered here. */
export function readReferencePart({
  references,
  attestation,
  draft,
  place,
  exists,
  findFolder,
  notices,
}: TrusteeRead): void {
  const inner = attestation.text('rvps_config.storage.type') !== undefined
  const [settings, prefix] = inner ? [attestation, 'rvps_config.storage'] : [references, 'storage']
  const type = settings.text(`${prefix}.type`) ?? 'LocalJson'
  const named = settings.text(`${prefix}.file_path`)
  if (type === 'LocalJson') {
    const file = named === undefined ? findFolder('attestation-service/reference_values') : place(named)
    if (exists(file)) draft.set('references.file', file)
    else if (named !== undefined)
      notices.push(
        `${settings.file} ${prefix}.file_path: ${file} is not there, so no value comes from it. What is registered is kept in the store of this service.`,
      )
    return
  }
  if (type === 'LocalFs')
    notices.push(
      `${settings.file} ${prefix}.type: The database of reference values ${named ?? ''} is not read, so no machine matches what is in it. Print it with rvps-tool query on the service that wrote it, and register the values here.`,
    )
  else if (type !== 'InMemory')
    throw invalid(settings.file, `${prefix}.type`, 'There is no such storage.', 'LocalJson, LocalFs or InMemory', type)
}

/** The listeners behind the gateway, where the other programs look for them. */
export function readInnerListeners(read: TrusteeRead): void {
  const { gateway, broker, attestation, draft } = read
  const byGateway = readLocalAddress(read, gateway, 'rvps.grpc_addr')
  const byService =
    attestation.text('rvps_config.type') === 'BuiltIn'
      ? undefined
      : readLocalAddress(read, attestation, 'rvps_config.address')
  if (byGateway !== undefined && byService !== undefined && portOf(byGateway) !== portOf(byService))
    throw invalid(
      gateway.file,
      'rvps.grpc_addr',
      `${attestation.file} looks for the reference values at port ${portOf(byService)}: one process opens one. Make both equal.`,
      byService,
      byGateway,
    )
  draft.set('grpc.references', byGateway ?? byService ?? REFERENCES_ADDRESS)
  const builtIn = broker.text('attestation_service.type') === 'coco_as_builtin'
  const asked = builtIn
    ? undefined
    : (readLocalAddress(read, broker, 'attestation_service.as_addr') ?? ATTESTATION_ADDRESS)
  draft.set('grpc.attestation', asked)
  draft.set(
    'listeners.attestation',
    readLocalAddress(read, gateway, 'attestation_service.url') ?? ATTESTATION_HTTP_ADDRESS,
  )
}

const portOf = (address: string): string => address.slice(address.lastIndexOf(':') + 1)

/** A place of the shipped layout, unless only the compiled-in one is there. */
export function findPlace(name: string, place: (path: string) => string, exists: (path: string) => boolean): string {
  const [shipped, compiled] = [place(`${SHIPPED}/${name}`), place(`${COMPILED}/${name}`)]
  return !exists(shipped) && exists(compiled) ? compiled : shipped
}
