/** The files of Trustee services, as they are: what they come to, and that no key of theirs is passed over in silence. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig, type ServiceError } from '../src/index.ts'
import {
  readTrusteeConfig,
  TRUSTEE_FILES,
  TRUSTEE_KEYS,
  type TrusteeConfig,
  type TrusteeFile,
} from '../src/trustee-config/index.ts'

/** The files as packages install them. */
const SHIPPED: Readonly<Record<TrusteeFile, string>> = {
  'gateway.yml': `server:
  host: "0.0.0.0"
  port: 8081

kbs:
  url: "http://127.0.0.1:8080"

attestation_service:
  url: "http://127.0.0.1:50005"

rvps:
  grpc_addr: "127.0.0.1:50003"

database:
  type: "sqlite"
  path: "/opt/trustee/gateway/app/data/trustee-gateway.db"
  use_memory: true
  backup_interval: 1m
  enable_backup_on_shutdown: true

logging:
  level: "debug"

audit:
  max_records: 1000
  retention_days: 3
  cleanup_interval_hours: 24

attestation_agent_instance_info:
  heartbeat_timeout_minutes: 10
`,
  'kbs-config.toml': `[http_server]
sockets = ["0.0.0.0:8080"]
insecure_http = true

[attestation_token]
insecure_key = true

[attestation_service]
type = "coco_as_grpc"
as_addr = "http://127.0.0.1:50004"

[admin]
auth_public_key = "/etc/trustee/public.pub"

[policy_engine]
policy_path = "/opt/trustee/kbs/policy.rego"

[[plugins]]
name = "resource"
type = "LocalFs"
dir_path = "/opt/trustee/kbs/repository"

[[plugins]]
name = "tpm-pca"
work_dir = "/opt/trustee/kbs/tpm-pca"
[plugins.tpm_self_signed_ca_config]
name = "CA"
`,
  'as-config.json': JSON.stringify({
    work_dir: '/opt/trustee/attestation-service',
    policy_engine: 'opa',
    rvps_config: { type: 'GrpcRemote', address: 'http://127.0.0.1:50003' },
    attestation_token_broker: {
      type: 'Ear',
      duration_min: 5,
      policy_dir: '/opt/trustee/attestation-service/policies',
    },
  }),
  'rvps.json': JSON.stringify({
    storage: { type: 'LocalJson', file_path: '/opt/trustee/attestation-service/reference_values' },
  }),
}

/** One file, so that the folder is the one that is meant, and nothing in it. */
const BARE = { 'rvps.json': '{}' } as const

interface Site {
  readonly root: string
  read(env?: Record<string, string>): TrusteeConfig
  put(path: string, content: string): string
}

function createSite(files: Partial<Record<TrusteeFile, string>>): Site {
  const root = mkdtempSync(join(tmpdir(), 'veritee-trustee-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const put = (path: string, content: string) => {
    const whole = join(root, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, content)
    return whole
  }
  mkdirSync(join(root, 'etc/trustee'), { recursive: true })
  for (const [name, content] of Object.entries(files)) put(`etc/trustee/${name}`, content)
  return { root, put, read: (env = {}) => readTrusteeConfig({ folder: join(root, 'etc/trustee'), root, env }) }
}

const json = (value: unknown) => JSON.stringify(value)

/** Reads one file alone; what JSON says, YAML says too. */
function readOne(file: TrusteeFile, value: object): TrusteeConfig {
  return createSite({ [file]: file === 'kbs-config.toml' ? writeToml(value) : json(value) }).read()
}

/** TOML of nested values, enough for one key of each kind. */
function writeToml(value: object): string {
  const inline = (item: unknown): string => {
    if (Array.isArray(item)) return `[${item.map(inline).join(', ')}]`
    if (typeof item !== 'object' || item === null) return json(item)
    return `{ ${Object.entries(item)
      .map(([name, below]) => `${name} = ${inline(below)}`)
      .join(', ')} }`
  }
  return Object.entries(value)
    .map(([name, item]) => `${name} = ${inline(item)}\n`)
    .join('')
}

function refusal(work: () => unknown): ServiceError {
  try {
    work()
  } catch (error) {
    return error as ServiceError
  }
  throw new Error('nothing was refused')
}

describe('the shipped files', () => {
  test('come to one service that listens where five did', () => {
    const site = createSite(SHIPPED)
    const at = (path: string) => join(site.root, path)
    const key = site.put('etc/trustee/public.pub', '')
    const values = site.put('opt/trustee/attestation-service/reference_values', '[]')
    const { config, folders } = site.read()
    expect(config).toEqual({
      dir: at('opt/trustee/veritee'),
      listen: '0.0.0.0:8081',
      allowPlainHttp: true,
      listeners: { broker: '0.0.0.0:8080', attestation: '127.0.0.1:50005' },
      grpc: { references: '127.0.0.1:50003', attestation: '127.0.0.1:50004' },
      policies: {
        fallback: 'references',
        claims: 'texts',
        folder: at('opt/trustee/attestation-service/policies/opa'),
        resourceFile: at('opt/trustee/kbs/policy.rego'),
      },
      resources: { folder: at('opt/trustee/kbs/repository') },
      tpmAuthority: { folder: at('opt/trustee/kbs/tpm-pca'), name: 'CA' },
      references: { file: values },
      adminKeys: [key],
      adminTokenSeconds: 7200,
      token: { kind: 'ear', lifetimeSeconds: 300, issuer: 'CoCo-Attestation-Service' },
      log: { level: 'debug' },
      retention: { attemptDays: 3, inputDays: 3 },
      gateway: { heartbeatMinutes: 10 },
      collateral: { pcs: expect.stringContaining('intel.com') },
    })
    expect(folders).toEqual([
      { path: config.policies?.folder, mode: 0o755 },
      { path: config.resources?.folder, mode: 0o700 },
    ])
    expect(() => parseConfig(config)).not.toThrow()
  })

  test('are told about: what is insecure in them, what is not done, and what has nothing to do', () => {
    const { notices } = createSite(SHIPPED).read()
    const about = (words: string) => notices.filter((notice) => notice.includes(words))
    expect(about('kbs-config.toml attestation_token.insecure_key: Whoever makes a key pair')).toHaveLength(1)
    expect(about('0.0.0.0:8081 and 0.0.0.0:8080 speak plain HTTP')).toHaveLength(1)
    expect(about('plugins[1]')).toHaveLength(0)
    expect(about('public.pub is not there')).toHaveLength(1)
    expect(about('gateway.yml kbs.url, database.type')).toHaveLength(1)
    expect(about('nothing to do here')[0]).toContain('as-config.json work_dir, policy_engine')
  })

  test('that are not there stand for those that are shipped, but nothing is opened to others that no file opens', () => {
    const site = createSite(BARE)
    const { config, notices } = site.read()
    expect(config).toMatchObject({
      listen: '0.0.0.0:8081',
      allowPlainHttp: true,
      listeners: { broker: '127.0.0.1:8080', attestation: '127.0.0.1:50005' },
      grpc: { references: '127.0.0.1:50003', attestation: '127.0.0.1:50004' },
      policies: { folder: join(site.root, 'opt/trustee/attestation-service/policies/opa') },
      resources: { folder: join(site.root, 'opt/trustee/kbs/repository') },
    })
    expect(config.policies).not.toHaveProperty('claims')
    expect(config.references).toBeUndefined()
    expect(notices).toEqual([
      expect.stringContaining('gateway.yml, kbs-config.toml, as-config.json are not in '),
      expect.stringContaining('0.0.0.0:8081 speaks plain HTTP'),
    ])
  })

  test('leave places to the folders that only the programs know, where those are the ones in use', () => {
    const site = createSite(BARE)
    const old = dirname(site.put('opt/confidential-containers/kbs/repository/default/x/y', 'z')).replace(
      /\/default\/x$/,
      '',
    )
    expect(site.read().config.resources?.folder).toBe(old)
  })
})

/** A value that counts for each key, with what must stand beside it. */
const EXAMPLES: Readonly<Record<TrusteeFile, Readonly<Record<string, unknown>>>> = (() => {
  const storage = {
    'storage_backend.storage_type': 'Postgres',
    'storage_backend.backends.local_fs.dir_path': '/data',
    'storage_backend.backends.local_json.file_dir_path': '/data',
    'storage_backend.backends.postgres.host': 'db',
    'storage_backend.backends.postgres.port': 5433,
    'storage_backend.backends.postgres.db': 'kbs',
    'storage_backend.backends.postgres.username': 'kbs',
    'storage_backend.backends.postgres.password': 'word',
    'storage_backend.backends.redis.url': 'redis://cache',
  }
  const attestation = {
    work_dir: '/as',
    policy_engine: 'opa',
    'rvps_config.type': 'BuiltIn',
    'rvps_config.address': 'http://127.0.0.1:4003',
    'rvps_config.storage.type': 'LocalFs',
    'rvps_config.storage.file_path': '/etc/trustee/values',
    'rvps_config.storage_type': 'LocalJson',
    'rvps_config.extractors': { swid_extractor: {} },
    artifact_server_address: 'https://artifacts',
    'attestation_token_broker.type': 'Simple',
    'attestation_token_broker.duration_min': 7,
    'attestation_token_broker.issuer_name': 'somebody',
    'attestation_token_broker.developer_name': 'd',
    'attestation_token_broker.build_name': 'b',
    'attestation_token_broker.profile_name': 'p',
    'attestation_token_broker.policy_dir': '/policies',
    'attestation_token_broker.policy_path': '/policies',
    'attestation_token_broker.signer.key_path': '/key',
    'attestation_token_broker.signer.cert_path': '/cert',
    'attestation_token_broker.signer.cert_url': 'https://cert',
    'attestation_token_broker.verbose_token': false,
    'attestation_token_broker.oid_config.issuer': 'https://issuer.example.org',
    'attestation_token_broker.oid_config.jwks_uri': 'https://issuer.example.org/jwks',
    'attestation_token_broker.oid_config.id_token_signing_alg_values_supported': ['RS256'],
    'attestation_token_broker.oid_config.audience': 'sigstore',
    'attestation_token_broker.oid_config.sub_claims': ['tdx.quote.body.mr_td'],
    'attestation_token_broker.oid_config.additional_claims': ['email'],
    challenge_key_path: '/etc/trustee/challenge.pem',
    'verifier_config.dcap_verifier.collateral_service': 'https://pccs.example.org/sgx/certification/v4/',
    'verifier_config.dcap_verifier.use_secure_cert': false,
    'verifier_config.dcap_verifier.tcb_update_type': 'early',
    'verifier_config.tpm_verifier.trusted_ak_keys_dir': '/aks',
    'verifier_config.tpm_verifier.max_trusted_ak_keys': 5,
    'verifier_config.snp_verifier.vcek_sources': [{ type: 'KDS' }],
    'verifier_config.nvidia_verifier': { type: 'Remote' },
    ...storage,
  }
  return {
    'gateway.yml': {
      'server.host': '127.0.0.1',
      'server.port': 9081,
      'server.insecure_http': false,
      'server.tls.cert_file': '/cert.pem',
      'server.tls.key_file': '/key.pem',
      'server.cors.enabled': true,
      'server.cors.allowed_origins': ['*'],
      'server.cors.allowed_methods': ['GET'],
      'server.cors.allowed_headers': ['*'],
      'server.cors.allow_credentials': true,
      'server.cors.max_age': 86400,
      'kbs.url': 'http://127.0.0.1:8080',
      'kbs.insecure_http': true,
      'kbs.ca_cert_file': '/ca.pem',
      'attestation_service.url': 'http://localhost:4005',
      'attestation_service.insecure_http': true,
      'attestation_service.ca_cert_file': '/ca.pem',
      'rvps.grpc_addr': 'localhost:4003',
      'database.type': 'mysql',
      'database.path': '/db',
      'database.use_memory': true,
      'database.backup_interval': '2m',
      'database.enable_backup_on_shutdown': true,
      'database.dsn': 'user:word@tcp(db)/gateway',
      'database.max_open_conns': 10,
      'database.max_idle_conns': 5,
      'database.conn_max_lifetime': '1h',
      'logging.level': 'warning',
      'audit.max_records': 10,
      'audit.retention_days': 30,
      'audit.cleanup_interval_hours': 1,
      'attestation_agent_instance_info.heartbeat_timeout_minutes': 3,
      'credential.path': '/credential',
    },
    'kbs-config.toml': {
      'http_server.sockets': ['127.0.0.1:9080'],
      'http_server.insecure_http': true,
      'http_server.private_key': '/key.pem',
      'http_server.certificate': '/cert.pem',
      'http_server.payload_request_size': 4,
      'http_server.worker_count': 4,
      'http_server.tls_profile': 'modern',
      'http_server.tls_min_version': '1.3',
      'http_server.tls_max_version': '1.3',
      'http_server.tls_ciphers': 'TLS_AES_256_GCM_SHA384',
      'http_server.tls_groups': 'X25519',
      'attestation_token.trusted_jwk_sets': ['file:///jwks'],
      'attestation_token.trusted_certs_paths': ['/certs.pem'],
      'attestation_token.extra_teekey_paths': ['/tee-pubkey'],
      'attestation_token.insecure_key': true,
      'attestation_token.insecure_header_jwk': true,
      'attestation_service.type': 'coco_as_grpc',
      'attestation_service.timeout': 9,
      'attestation_service.as_addr': 'http://127.0.0.1:4004',
      'attestation_service.pool_size': 10,
      'attestation_service.base_url': 'https://api',
      'attestation_service.api_key': 'key',
      'attestation_service.certs_file': 'https://portal',
      'attestation_service.policy_ids': ['one'],
      'attestation_service.allow_unmatched_policy': true,
      ...Object.fromEntries(Object.entries(attestation).map(([key, value]) => [`attestation_service.${key}`, value])),
      'admin.auth_public_key': '/nobody.pub',
      'admin.insecure_api': true,
      'admin.authorization_mode': 'InsecureAllowAll',
      'admin.authentication.bearer_jwt.identity_providers': [{ issuer: 'them' }],
      'admin.authorization.regex_acl.acls': [{ role: 'all', allowed_endpoints: '^/kbs/.*$' }],
      'policy_engine.policy_path': '/policy.rego',
      session_storage_type: 'Redis',
      ...storage,
    },
    'as-config.json': attestation,
    'rvps.json': {
      'storage.type': 'LocalFs',
      'storage.file_path': '/etc/trustee/values',
      storage_type: 'LocalJson',
      extractors: {},
      ...storage,
    },
  }
})()

/** What a key needs beside it to be read at all. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'gateway.yml server.tls.cert_file': { 'server.tls.key_file': '/key.pem' },
  'gateway.yml server.tls.key_file': { 'server.tls.cert_file': '/cert.pem' },
  'as-config.json rvps_config.storage.file_path': { 'rvps_config.storage.type': 'LocalJson' },
  'kbs-config.toml attestation_service.rvps_config.storage.file_path': {
    'attestation_service.rvps_config.storage.type': 'LocalJson',
  },
  'kbs-config.toml http_server.insecure_http': { 'http_server.sockets': ['0.0.0.0:8080'] },
  'kbs-config.toml http_server.certificate': { 'http_server.private_key': '/key.pem' },
  'kbs-config.toml http_server.private_key': { 'http_server.certificate': '/cert.pem' },
}

function nest(values: Readonly<Record<string, unknown>>): object {
  const whole: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(values)) {
    const steps = key.split('.')
    const last = steps.pop() as string
    let at = whole
    for (const step of steps) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at[last] = value
  }
  return whole
}

const outcome = (work: () => TrusteeConfig): unknown => {
  try {
    const { config, notices } = work()
    return JSON.parse(JSON.stringify([config, notices]).replaceAll(/\/[\w/.-]*veritee-trustee-\w+/g, ''))
  } catch (error) {
    return (error as ServiceError).message
  }
}

describe('no key is passed over in silence', () => {
  const rows = TRUSTEE_FILES.flatMap((file) => TRUSTEE_KEYS[file].map((row) => ({ file, ...row })))

  test.each(rows)('$file $key says what becomes of it', ({ becomes, warning, moot }) => {
    expect([becomes, warning, moot].filter((part) => part !== undefined).length).toBeGreaterThan(0)
    expect(becomes === undefined || moot === undefined).toBe(true)
  })

  test.each(rows.filter(({ key }) => !key.startsWith('plugins[]')))(
    '$file $key changes something or is told',
    ({ file, key, type }) => {
      const example = EXAMPLES[file][key]
      expect(example, 'the key needs an example').toBeDefined()
      const builtIn = file === 'kbs-config.toml' &&
        TRUSTEE_KEYS['as-config.json'].some((row) => `attestation_service.${row.key}` === key) && {
          'attestation_service.type': 'coco_as_builtin',
        }
      const beside = { ...(builtIn || {}), ...COMPANIONS[`${file} ${key}`] }
      const without = outcome(() => readOne(file, nest(beside)))
      expect(outcome(() => readOne(file, nest({ ...beside, [key]: example })))).not.toEqual(without)
      if (type === 'any') return
      const wrong = type === 'text' ? 7.5 : type === 'flag' ? 'yes' : { x: 1 }
      expect(refusal(() => readOne(file, nest({ ...beside, [key]: wrong })))).toMatchObject({
        code: 'SERVICE_CONFIG_INVALID',
        details: { path: `${file} ${key}` },
      })
    },
  )

  test.each(rows.filter(({ key }) => key.startsWith('plugins[]')))('$key of a plugin', ({ key, moot }) => {
    const name = key.slice('plugins[].'.length)
    const values: Record<string, unknown> = { name: 'resource', type: 'LocalFs', dir_path: '/secrets' }
    const given = { ...values, ...(moot === undefined ? {} : { [name]: 'x' }) }
    const { config, notices } = readOne('kbs-config.toml', { plugins: [given] })
    expect(config.resources?.folder).toMatch(/\/secrets$/)
    if (moot !== undefined) expect(notices.join()).toContain(`plugins[0].${name}`)
  })

  test.each([
    ['gateway.yml', { server: { prot: 8081 } }, 'server.prot', 'server.port'],
    ['gateway.yml', { sever: { port: 8081 } }, 'sever', 'server'],
    ['kbs-config.toml', { http_server: { socket: [] } }, 'http_server.socket', 'http_server.sockets'],
    ['kbs-config.toml', { plugins: [{ name: 'resource', dirpath: '/' }] }, 'plugins[0].dirpath', 'plugins[0].dir_path'],
    ['as-config.json', { attestation_token_config: {} }, 'attestation_token_config', 'attestation_token_broker'],
    ['rvps.json', { storage: { filepath: '/' } }, 'storage.filepath', 'storage.file_path'],
  ] as const)('%s: an unknown key is an error that names the nearest: %j', (file, value, key, nearest) => {
    const error = refusal(() => readOne(file, value))
    expect(error).toMatchObject({ code: 'SERVICE_CONFIG_KEY_UNKNOWN', details: { path: `${file} ${key}` } })
    expect(error.message).toContain(`There is no key ${key}. Did you mean ${nearest}?`)
  })

  test('a file that is no table of keys, and a folder that is not there', () => {
    for (const [file, text] of [
      ['gateway.yml', '- a list'],
      ['gateway.yml', 'a: [1'],
      ['kbs-config.toml', 'no toml'],
      ['as-config.json', '[]'],
      ['as-config.json', '{"work_dir":"/a","work_dir":"/b"}'],
      ['rvps.json', '{'],
    ] as const)
      expect(refusal(() => createSite({ [file]: text }).read())).toMatchObject({ code: 'SERVICE_CONFIG_UNREADABLE' })
    for (const folder of ['/nowhere/at/all', createSite(SHIPPED).put('etc/trustee/gateway.yml', '')])
      expect(refusal(() => readTrusteeConfig({ folder }))).toMatchObject({
        code: 'SERVICE_CONFIG_UNREADABLE',
        message: expect.stringContaining('is no folder'),
      })
    const none = refusal(() => createSite({}).read())
    expect(none).toMatchObject({ code: 'SERVICE_CONFIG_UNREADABLE', message: expect.stringContaining('has none of ') })
    expect(() => createSite({ 'gateway.yml': '' }).read()).not.toThrow()
    expect(() => createSite({ 'gateway.yml': 'server:\nkbs:\n' }).read()).not.toThrow()
  })
})

test('any of the languages, by the end of the name; two files of one name are one too many', () => {
  const site = createSite({ 'gateway.yml': 'server:\n  port: 7001\n' })
  site.put('etc/trustee/kbs-config.yaml', 'http_server:\n  sockets: ["127.0.0.1:7002"]\n')
  site.put('etc/trustee/as-config.toml', '[attestation_token_broker]\nduration_min = 7\n')
  const { config, notices } = site.read()
  expect(config).toMatchObject({ listeners: { broker: '127.0.0.1:7002' }, token: { lifetimeSeconds: 420 } })
  expect(notices).toContain('kbs-config.yaml is read as kbs-config.toml.')
  site.put('etc/trustee/gateway.yaml', '')
  expect(refusal(() => site.read())).toMatchObject({
    code: 'SERVICE_CONFIG_UNREADABLE',
    message: expect.stringContaining('both gateway.yml and gateway.yaml'),
  })
})

describe('TLS', () => {
  const tls = { cert_file: '/cert.pem', key_file: '/key.pem' }

  test('as the guide turns it on: the certificate of the gateway is shown wherever HTTP is spoken', () => {
    const site = createSite({
      ...SHIPPED,
      'gateway.yml': `server:\n  insecure_http: false\n  tls:\n    cert_file: "/cert.pem"\n    key_file: "/key.pem"\n`,
    })
    const { config, notices } = site.read()
    expect(config).toMatchObject({
      listen: '0.0.0.0:8081',
      tls: { cert: join(site.root, 'cert.pem'), key: join(site.root, 'key.pem') },
      listeners: { broker: '0.0.0.0:8080' },
    })
    expect(config.allowPlainHttp).toBeUndefined()
    expect(notices.join()).toContain('plain HTTP on 0.0.0.0:8080 would go around the TLS of the gateway')
  })

  test.each([
    ['a certificate without its key', { tls: { cert_file: '/c' } }, 'server.tls.key_file'],
    ['a key without its certificate', { tls: { key_file: '/k' }, insecure_http: false }, 'server.tls.cert_file'],
    ['TLS asked for without a certificate', { insecure_http: false }, 'server.insecure_http'],
    ['an empty name', { insecure_http: false, tls: { cert_file: '', key_file: '' } }, 'server.insecure_http'],
    ['plain HTTP asked for beside a certificate', { insecure_http: true, tls }, 'server.insecure_http'],
  ])('%s never falls back to HTTP', (_name, server, key) => {
    expect(refusal(() => readOne('gateway.yml', { server }))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: `gateway.yml ${key}` },
    })
  })

  test('a certificate alone is enough to speak TLS', () => {
    expect(readOne('gateway.yml', { server: { tls } }).config.tls).toBeDefined()
  })

  test.each([
    ['half a certificate', { certificate: '/c' }, 'http_server.private_key'],
    ['a certificate beside a plain gateway', { certificate: '/c', private_key: '/k' }, 'http_server.certificate'],
    ['open to others without either', { sockets: ['0.0.0.0:8080'] }, 'http_server.insecure_http'],
    ['no address', { sockets: ['8080'] }, 'http_server.sockets'],
  ])('the key broker: %s', (_name, http_server, key) => {
    expect(refusal(() => readOne('kbs-config.toml', { http_server }))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: `kbs-config.toml ${key}` },
    })
  })

  test('two certificates: the one of the gateway is shown on both', () => {
    const gateway = json({ server: { tls } })
    const broker = writeToml({ http_server: { sockets: ['0.0.0.0:8443'], certificate: '/c', private_key: '/k' } })
    const { config, notices } = createSite({ 'gateway.yml': gateway, 'kbs-config.toml': broker }).read()
    expect(config.listeners?.broker).toBe('0.0.0.0:8443')
    expect(notices.join()).toContain('the certificate of gateway.yml is shown on 0.0.0.0:8443 too')
  })

  test('one more socket is told about', () => {
    const { notices } = readOne('kbs-config.toml', { http_server: { sockets: ['127.0.0.1:1', '127.0.0.1:2'] } })
    expect(notices.join()).toContain('127.0.0.1:1 is opened; 127.0.0.1:2 is not')
  })
})

describe('what is not taken over is refused or told', () => {
  test.each([
    ['secrets elsewhere', 'kbs-config.toml', { plugins: [{ name: 'resource', type: 'Vault' }] }, 'plugins[0].type'],
    ['another judge', 'kbs-config.toml', { attestation_service: { type: 'intel_ta' } }, 'attestation_service.type'],
    ['a kind of token', 'as-config.json', { attestation_token_broker: { type: 'X' } }, 'attestation_token_broker.type'],
    ['a kind of storage', 'rvps.json', { storage: { type: 'X' } }, 'storage.type'],
    ['a log level', 'gateway.yml', { logging: { level: 'loud' } }, 'logging.level'],
    ['no address', 'gateway.yml', { rvps: { grpc_addr: 'a b' } }, 'rvps.grpc_addr'],
    ['no port', 'gateway.yml', { server: { port: 65536 } }, 'server.port'],
    ['no port', 'kbs-config.toml', { http_server: { sockets: ['127.0.0.1:65536'] } }, 'http_server.sockets'],
    ['no judge', 'kbs-config.toml', { attestation_service: { type: 'coco_as_grcp' } }, 'attestation_service.type'],
    ['no mode', 'kbs-config.toml', { admin: { authorization_mode: 'AllowAll' } }, 'admin.authorization_mode'],
    ['no plugin', 'kbs-config.toml', { plugins: [{ name: 'resuorce' }] }, 'plugins[0].name'],
    ['no name', 'kbs-config.toml', { plugins: [{ type: 'LocalFs' }] }, 'plugins[0].name'],
    ['one twice', 'kbs-config.toml', { plugins: [{ name: 'resource' }, { name: 'resource' }] }, 'plugins[1].name'],
    ['no reference values', 'as-config.json', { rvps_config: { type: 'Grpc' } }, 'rvps_config.type'],
  ] as const)('%s', (_name, file, value, key) => {
    expect(refusal(() => readOne(file, value))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: `${file} ${key}` },
    })
  })

  test('a word that is nearly one that there is', () => {
    const { message } = refusal(() => readOne('kbs-config.toml', { attestation_service: { type: 'coco_as_grcp' } }))
    expect(message).toContain('Did you mean coco_as_grpc?')
  })

  test.each(['0', '121', '1.5', 'ten'])('a time to wait of %s seconds', (value) => {
    expect(refusal(() => createSite(BARE).read({ PCCS_HTTP_TIMEOUT_SECS: value }))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: 'PCCS_HTTP_TIMEOUT_SECS' },
    })
  })

  test('an address of a collateral service that is none', () => {
    const value = { verifier_config: { dcap_verifier: { collateral_service: 'pccs' } } }
    expect(refusal(() => readOne('as-config.json', value))).toMatchObject({ code: 'SERVICE_CONFIG_INVALID' })
  })

  test.each([
    ['gateway.yml', { audit: { retention_days: 99999 } }, 'audit.retention_days'],
    ['gateway.yml', { attestation_agent_instance_info: { heartbeat_timeout_minutes: 0 } }, 'heartbeat_timeout_minutes'],
    ['kbs-config.toml', { http_server: { payload_request_size: 4096 } }, 'http_server.payload_request_size'],
    ['kbs-config.toml', { attestation_service: { timeout: 0 } }, 'attestation_service.timeout'],
    ['as-config.json', { attestation_token_broker: { duration_min: 0 } }, 'attestation_token_broker.duration_min'],
    ['gateway.yml', { server: { host: 'a b' } }, 'server.host'],
  ] as const)('%s: a value that cannot be is told in the words of the file: %j', (file, value, key) => {
    expect(refusal(() => readOne(file, value))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: expect.stringMatching(new RegExp(`^${file} .*${key}$`)) },
    })
  })

  test.each(['Memory', 'memory'])(
    'storage that keeps nothing (%s) has nothing that would be missed',
    (storage_type) => {
      const { notices } = readOne('kbs-config.toml', { storage_backend: { storage_type } })
      expect(notices.join()).not.toContain('storage_backend.storage_type')
    },
  )

  test('a folder of secrets that everybody may look into', () => {
    const site = createSite(BARE)
    const folder = dirname(site.put('opt/trustee/kbs/repository/x', ''))
    chmodSync(folder, 0o755)
    expect(site.read().notices.join()).toContain(`chmod o-rwx ${folder}`)
    chmodSync(folder, 0o750)
    expect(site.read().notices.join()).not.toContain('chmod')
  })

  test('two files that look for the reference values in two places', () => {
    const site = createSite({
      'gateway.yml': json({ rvps: { grpc_addr: '127.0.0.1:1' } }),
      'as-config.json': json({ rvps_config: { type: 'GrpcRemote', address: 'http://127.0.0.1:2' } }),
    })
    expect(refusal(() => site.read())).toMatchObject({ details: { path: 'gateway.yml rvps.grpc_addr' } })
  })

  test('services of other machines are not asked; what they do is done and listened for here', () => {
    const { config, notices } = readOne('gateway.yml', {
      rvps: { grpc_addr: 'rvps:50003' },
      attestation_service: { url: 'https://as.example.org' },
    })
    expect(config.grpc?.references).toBe('127.0.0.1:50003')
    expect(config.listeners?.attestation).toBe('127.0.0.1:443')
    expect(notices.filter((notice) => notice.includes('another machine’s'))).toHaveLength(2)
  })

  test('keys of other attestation services: files are taken over, addresses are told about', () => {
    const { config, notices } = readOne('kbs-config.toml', {
      attestation_token: {
        trusted_jwk_sets: ['file:///keys.json', '/more.json', 'https://as.example.org'],
        trusted_certs_paths: ['/as.pem'],
        extra_teekey_paths: ['/tdx/attester_user_data/tee-pubkey'],
      },
    })
    expect(config.token).toMatchObject({
      trustedKeys: [expect.stringMatching(/[^/]\/keys\.json$/), expect.stringMatching(/[^/]\/more\.json$/)],
      trustedCertificates: [expect.stringMatching(/\/as\.pem$/)],
      teeKeyPaths: ['/tdx/attester_user_data/tee-pubkey'],
    })
    expect(notices.join()).toContain('https://as.example.org is not asked')
    expect(
      refusal(() => readOne('kbs-config.toml', { attestation_token: { extra_teekey_paths: ['tdx'] } })),
    ).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: 'kbs-config.toml attestation_token.extra_teekey_paths' },
    })
  })

  test('the plugin that certifies attestation keys', () => {
    const plugin = {
      name: 'tpm-pca',
      work_dir: '/pca',
      signing_key_path: '/own.key',
      cert_chain_path: '/own.crt',
      tpm_self_signed_ca_config: { name: 'n', organization: 'o', duration: '90d' },
    }
    const read = (more: object) => readOne('kbs-config.toml', { plugins: [{ ...plugin, ...more }] }).config.tpmAuthority
    expect(read({})).toEqual({
      folder: expect.stringMatching(/\/pca$/),
      key: expect.stringMatching(/\/own\.key$/),
      certificates: expect.stringMatching(/\/own\.crt$/),
      name: 'n',
      organization: 'o',
      lifetimeSeconds: 90 * 86_400,
    })
    for (const [more, key] of [
      [{ tpm_self_signed_ca_config: { duration: 'long' } }, 'tpm_self_signed_ca_config.duration'],
      [{ tpm_self_signed_ca_config: { duration: '5s' } }, 'tpm_self_signed_ca_config.duration'],
      [{ signing_key_path: '' }, 'signing_key_path'],
    ] as const)
      expect(refusal(() => read(more))).toMatchObject({
        code: 'SERVICE_CONFIG_INVALID',
        details: { path: `kbs-config.toml plugins[0].${key}` },
      })
  })

  test('a key broker with an attestation service of its own', () => {
    const site = createSite({
      'kbs-config.toml': writeToml({
        attestation_service: { type: 'coco_as_builtin', attestation_token_broker: { type: 'Simple' } },
      }),
      'as-config.json': json({ attestation_token_broker: { type: 'Ear' } }),
    })
    const { config, notices } = site.read()
    expect(config.token?.kind).toBe('simple')
    expect(config.grpc?.attestation).toBeUndefined()
    expect(notices.join()).toContain('coco_as_builtin')
  })

  test('the collateral service: the file, the environment, the configuration of the machine', () => {
    const site = createSite(BARE)
    const pcs = (env: Record<string, string> = {}) => site.read(env).config.collateral?.pcs
    expect(pcs({ PCCS_URL: 'https://one.example.org/sgx/certification/v4/' })).toContain('one.example.org')
    expect(
      site
        .read({
          PCCS_URLS: 'https://one.example.org/sgx/certification/v4/,https://two.example.org/sgx/certification/v4/',
        })
        .notices.join(),
    ).toContain('two.example.org')
    site.put('etc/sgx_default_qcnl.conf', 'PCCS_URL=https://machine.example.org/sgx/certification/v4/\n')
    expect(pcs()).toContain('machine.example.org')
  })

  test('secrets are where the environment says, before the file', () => {
    const site = createSite({
      'kbs-config.toml': writeToml({ plugins: [{ name: 'resource', dir_path: '/of-the-file' }] }),
    })
    const folderOf = (env: Record<string, string>) => site.read(env).config.resources?.folder
    expect(folderOf({ KBS_RESOURCE_STORAGE_DIR_PATH: '' })).toBe(join(site.root, 'of-the-file'))
    const env = { KBS_RESOURCE_STORAGE_TYPE: 'LocalFs', KBS_RESOURCE_STORAGE_DIR_PATH: '/elsewhere' }
    expect(folderOf(env)).toBe(join(site.root, 'elsewhere'))
    expect(site.read(env).notices.join()).not.toContain('KBS_RESOURCE_STORAGE')
    expect(refusal(() => site.read({ KBS_RESOURCE_STORAGE_TYPE: 'EncryptedDb' }))).toMatchObject({
      code: 'SERVICE_CONFIG_INVALID',
      details: { path: 'kbs-config.toml KBS_RESOURCE_STORAGE_TYPE', expected: 'LocalFs' },
    })
  })

  test('the time to wait, and the folders with certificates of chips', () => {
    const site = createSite(BARE)
    expect(site.read().config.collateral).not.toHaveProperty('stores')
    expect(site.read({ PCCS_HTTP_TIMEOUT_SECS: '60' }).config.collateral).toMatchObject({ timeoutSeconds: 60 })
    const stores = (store: string) => site.read({ TRUSTEE_SNP_VCEK_STORE: store }).config.collateral?.stores
    expect(stores('/srv/kds')).toEqual(['/srv/kds'])
    expect(stores('/srv/kds/vcek')).toEqual(['/srv/kds'])
    const amd = dirname(site.put('opt/confidential-containers/attestation-service/kds-store/x', ''))
    const hygon = dirname(site.put('opt/hygon/csv/x', ''))
    expect(site.read().config.collateral?.stores).toEqual([amd, hygon])
  })

  test('beside collateral that is given, the vendor is asked only where something names a service', () => {
    const site = createSite(BARE)
    const folder = join(site.root, 'etc/trustee')
    const read = (env: Record<string, string> = {}) =>
      readTrusteeConfig({ folder, root: site.root, env, hasBundles: true }).config.collateral?.pcs
    expect(read()).toBeUndefined()
    expect(read({ PCCS_URL: 'https://one.example.org/sgx/certification/v4/' })).toContain('one.example.org')
    site.put('etc/sgx_default_qcnl.conf', 'PCCS_URL=https://machine.example.org/sgx/certification/v4/\n')
    expect(read()).toContain('machine.example.org')
  })

  test.each([
    ['TRUSTEE_SKIP_NVGPU_VERIFY', 'true'],
    ['KBS_RESOURCE_STORAGE_PASSWORD', 'a secret word'],
    ['KBS_CONFIG_FILE', '/elsewhere'],
    ['AS_WORK_DIR', '/elsewhere'],
    ['AS_SIGNER_TRANSPARENCY_PATH', '/elsewhere'],
    ['VERIFY_COLLATERAL_CACHE_EXPIRE_HOURS', '1680'],
    ['KEYLIME_REGISTRAR_URL', 'https://127.0.0.1:8991'],
    ['SLSA_VERIFIER_PATH', '/bin/true'],
    ['POSTGRES_URL', 'postgres://user:word@db'],
  ])('the variable %s is not heeded, and is told about without its value', (name, value) => {
    const { notices } = createSite(BARE).read({ [name]: value })
    const told = notices.filter((notice) => notice.startsWith(`${name}: `))
    expect(told).toHaveLength(1)
    expect(told[0]).not.toContain(value)
    expect(
      createSite(BARE)
        .read({ [name]: '' })
        .notices.join(),
    ).not.toContain(name)
  })
})

test('the table is written down whole, in both languages', () => {
  const page = (language: string) =>
    readFileSync(join(import.meta.dirname, '../../../docs', language, 'trustee.md'), 'utf8')
  for (const text of [page('en'), page('zh')]) {
    for (const file of TRUSTEE_FILES) {
      const section = text.split(`### ${file}\n`)[1]?.split('\n### ')[0] ?? ''
      const lines = section.split('\n').filter((line) => line.startsWith('| `'))
      for (const { key, becomes = [] } of TRUSTEE_KEYS[file]) {
        if (
          file === 'kbs-config.toml' &&
          /^attestation_service\.(?:\w+\.|work_dir|policy_engine|artifact|challenge)/.test(key)
        )
          continue
        if (file !== 'kbs-config.toml' && key.startsWith('storage_backend.')) continue
        const line = lines.find((one) => one.includes(`\`${key.replace('plugins[].', 'plugins.')}\``))
        expect(line, `${file} ${key}`).toBeDefined()
        for (const name of becomes) expect(line).toContain(`\`${name}\``)
      }
    }
  }
})
