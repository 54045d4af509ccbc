import { ATTESTATION_KEYS } from './attestation-keys.ts'
import { isGiven, isOn, ONE_PROCESS, OWN_STORE, type TrusteeKey } from './key.ts'
import { STORAGE_BACKEND_KEYS } from './storage-keys.ts'

const FORGED = 'Whoever makes a key pair could sign a token with it, name any machine in it, and be given every secret.'
const PINNED = 'Tokens count only when a key of this service signed them, or one that is named as trusted.'
const OTHER_TOKENS = {
  when: isGiven,
  danger: 'Whoever has one of these keys says which machines get secrets.',
  instead: 'Tokens that they signed are taken, as the file says.',
}
const EVERYBODY = 'Everybody who reaches the service could change policies and read or replace what machines must be.'
const ADMINISTRATORS =
  'Administrators sign with a key: the one in the data directory, or one that admin.auth_public_key names.'
const TLS_FIXED = {
  when: isGiven,
  danger: 'TLS would be held to this.',
  instead: 'TLS 1.2 and 1.3 are spoken with the cipher suites of the platform; a proxy in front can narrow that.',
}
const OTHER_BACKEND = 'the kind of storage that it belongs to is not served'
const OTHER_PLUGIN = 'the plugin that it belongs to is not served'

const PLUGIN_KEYS: readonly TrusteeKey[] = [
  {
    key: 'plugins[].name',
    type: 'text',
    warning: {
      when: (value) => value !== 'resource' && value !== 'tpm-pca',
      danger: 'Whoever asks this plugin gets nothing.',
      instead: 'Its paths are answered with 404.',
    },
  },
  { key: 'plugins[].type', type: 'text', becomes: ['resources.folder'] },
  { key: 'plugins[].storage_backend_type', type: 'text', becomes: ['resources.folder'] },
  { key: 'plugins[].dir_path', type: 'text', becomes: ['resources.folder'] },
  { key: 'plugins[].work_dir', type: 'text', becomes: ['tpmAuthority.folder'] },
  { key: 'plugins[].signing_key_path', type: 'text', becomes: ['tpmAuthority.key'] },
  { key: 'plugins[].cert_chain_path', type: 'text', becomes: ['tpmAuthority.certificates'] },
  { key: 'plugins[].tpm_self_signed_ca_config.name', type: 'text', becomes: ['tpmAuthority.name'] },
  { key: 'plugins[].tpm_self_signed_ca_config.organization', type: 'text', becomes: ['tpmAuthority.organization'] },
  { key: 'plugins[].tpm_self_signed_ca_config.duration', type: 'text', becomes: ['tpmAuthority.lifetimeSeconds'] },
  { key: 'plugins[].tpm_self_signed_ca_config.groups', type: 'any', moot: 'certificates of TPM keys have no groups' },
  ...['self_signed_ca', 'nebula_cert_bin_path', 'backends', 'module', 'slot_index', 'pin', 'lookup_label'].map(
    (name): TrusteeKey => ({ key: `plugins[].${name}`, type: 'any', moot: OTHER_PLUGIN }),
  ),
  ...[
    'key_dir',
    'private_key_path',
    'private_key_dir',
    'private_key_paths',
    'master_secret_path',
    'bump_poll_interval_ms',
    'database',
    'client_key',
    'kms_instance_id',
    'password',
    'cert_pem',
    'access_key_id',
    'access_key_secret',
    'region_id',
    'endpoint',
    'insecure_skip_tls_verify',
    'library_path',
    'initial_buffer_size',
    'max_buffer_size',
    'error_buffer_size',
    'region',
    'endpoint_url',
    'vault_url',
    'token',
    'mount_path',
    'verify_ssl',
    'ca_certs',
  ].map((name): TrusteeKey => ({ key: `plugins[].${name}`, type: 'any', moot: OTHER_BACKEND })),
]

/** The keys of `kbs-config.toml`. */
export const BROKER_KEYS: readonly TrusteeKey[] = [
  { key: 'http_server.sockets', type: 'texts', becomes: ['listeners.broker'] },
  { key: 'http_server.insecure_http', type: 'flag', becomes: ['allowPlainHttp', 'listeners.broker'] },
  { key: 'http_server.private_key', type: 'text', becomes: ['tls.key'] },
  { key: 'http_server.certificate', type: 'text', becomes: ['tls.cert'] },
  { key: 'http_server.payload_request_size', type: 'count', becomes: ['limits.bodyBytes'] },
  { key: 'http_server.worker_count', type: 'count', moot: 'one process answers; start more on one database' },
  {
    key: 'http_server.tls_profile',
    type: 'text',
    warning: { ...TLS_FIXED, when: (value) => value !== 'intermediate' },
  },
  { key: 'http_server.tls_min_version', type: 'text', warning: TLS_FIXED },
  { key: 'http_server.tls_max_version', type: 'text', warning: TLS_FIXED },
  { key: 'http_server.tls_ciphers', type: 'any', warning: TLS_FIXED },
  { key: 'http_server.tls_groups', type: 'any', warning: TLS_FIXED },
  {
    key: 'attestation_token.trusted_jwk_sets',
    type: 'texts',
    becomes: ['token.trustedKeys'],
    warning: OTHER_TOKENS,
  },
  {
    key: 'attestation_token.trusted_certs_paths',
    type: 'texts',
    becomes: ['token.trustedCertificates'],
    warning: OTHER_TOKENS,
  },
  { key: 'attestation_token.extra_teekey_paths', type: 'texts', becomes: ['token.teeKeyPaths'] },
  { key: 'attestation_token.insecure_key', type: 'flag', warning: { when: isOn, danger: FORGED, instead: PINNED } },
  {
    key: 'attestation_token.insecure_header_jwk',
    type: 'flag',
    warning: { when: isOn, danger: FORGED, instead: PINNED },
  },
  { key: 'attestation_service.type', type: 'text', moot: ONE_PROCESS },
  { key: 'attestation_service.timeout', type: 'count', becomes: ['handshake.lifetimeSeconds'] },
  { key: 'attestation_service.as_addr', type: 'text', becomes: ['grpc.attestation'] },
  { key: 'attestation_service.pool_size', type: 'count', moot: ONE_PROCESS },
  ...['base_url', 'api_key', 'certs_file', 'policy_ids', 'allow_unmatched_policy'].map(
    (name): TrusteeKey => ({
      key: `attestation_service.${name}`,
      type: 'any',
      moot: 'no other attestation service is asked',
    }),
  ),
  ...ATTESTATION_KEYS.map((row) => ({ ...row, key: `attestation_service.${row.key}` })),
  { key: 'admin.auth_public_key', type: 'text', becomes: ['adminKeys'] },
  {
    key: 'admin.insecure_api',
    type: 'flag',
    warning: { when: isOn, danger: EVERYBODY, instead: ADMINISTRATORS },
  },
  {
    key: 'admin.authorization_mode',
    type: 'text',
    warning: {
      when: (value) => value !== 'AuthenticatedAuthorization',
      danger: 'InsecureAllowAll lets everybody who reaches the service change it; DenyAll shuts administrators out.',
      instead: ADMINISTRATORS,
    },
  },
  {
    key: 'admin.authentication.bearer_jwt.identity_providers',
    type: 'any',
    warning: {
      when: isGiven,
      danger: 'Tokens of these issuers would make administrators.',
      instead: 'They are refused: register each key with a role, `veritee access add`.',
    },
  },
  {
    key: 'admin.authorization.regex_acl.acls',
    type: 'any',
    warning: {
      when: isGiven,
      danger: 'Rules on paths are not applied.',
      instead: 'A key may do what its role and its scopes allow.',
    },
  },
  { key: 'policy_engine.policy_path', type: 'text', becomes: ['policies.resourceFile'] },
  { key: 'session_storage_type', type: 'text', moot: OWN_STORE },
  ...STORAGE_BACKEND_KEYS,
  ...PLUGIN_KEYS,
]
