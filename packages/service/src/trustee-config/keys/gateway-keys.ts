import { isGiven, ONE_PROCESS, OWN_STORE, type TrusteeKey } from './key.ts'

const CORS = 'pages of other origins are never let in'

/** The keys of `gateway.yml`. */
export const GATEWAY_KEYS: readonly TrusteeKey[] = [
  { key: 'server.host', type: 'text', becomes: ['listen'] },
  { key: 'server.port', type: 'count', becomes: ['listen'] },
  { key: 'server.insecure_http', type: 'flag', becomes: ['allowPlainHttp', 'tls'] },
  { key: 'server.tls.cert_file', type: 'text', becomes: ['tls.cert'] },
  { key: 'server.tls.key_file', type: 'text', becomes: ['tls.key'] },
  { key: 'server.cors.enabled', type: 'flag', moot: CORS },
  {
    key: 'server.cors.allowed_origins',
    type: 'texts',
    warning: {
      when: isGiven,
      danger: 'A page of another origin could use this service with what a visitor’s browser may do.',
      instead: 'No other origin is let in.',
    },
  },
  { key: 'server.cors.allowed_methods', type: 'texts', moot: CORS },
  { key: 'server.cors.allowed_headers', type: 'texts', moot: CORS },
  { key: 'server.cors.allow_credentials', type: 'flag', moot: CORS },
  { key: 'server.cors.max_age', type: 'any', moot: CORS },
  { key: 'kbs.url', type: 'text', moot: ONE_PROCESS },
  { key: 'kbs.insecure_http', type: 'flag', moot: ONE_PROCESS },
  { key: 'kbs.ca_cert_file', type: 'text', moot: ONE_PROCESS },
  { key: 'attestation_service.url', type: 'text', becomes: ['listeners.attestation'] },
  { key: 'attestation_service.insecure_http', type: 'flag', moot: ONE_PROCESS },
  { key: 'attestation_service.ca_cert_file', type: 'text', moot: ONE_PROCESS },
  { key: 'rvps.grpc_addr', type: 'text', becomes: ['grpc.references'] },
  { key: 'database.type', type: 'text', moot: OWN_STORE },
  { key: 'database.path', type: 'text', moot: OWN_STORE },
  { key: 'database.use_memory', type: 'flag', moot: OWN_STORE },
  { key: 'database.backup_interval', type: 'any', moot: OWN_STORE },
  { key: 'database.enable_backup_on_shutdown', type: 'flag', moot: OWN_STORE },
  {
    key: 'database.dsn',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'The address of a database commonly holds its password, and this file may be readable by others.',
      instead: 'It is not used: give a configuration with store.driver = "postgresql" and store.urlFile.',
    },
  },
  { key: 'database.max_open_conns', type: 'count', moot: OWN_STORE },
  { key: 'database.max_idle_conns', type: 'count', moot: OWN_STORE },
  { key: 'database.conn_max_lifetime', type: 'any', moot: OWN_STORE },
  { key: 'logging.level', type: 'text', becomes: ['log.level'] },
  { key: 'audit.max_records', type: 'count', moot: 'attestations are kept by time, and the audit log whole' },
  { key: 'audit.retention_days', type: 'count', becomes: ['retention.attemptDays', 'retention.inputDays'] },
  { key: 'audit.cleanup_interval_hours', type: 'count', moot: 'what is past its time goes within a minute' },
  {
    key: 'attestation_agent_instance_info.heartbeat_timeout_minutes',
    type: 'count',
    becomes: ['gateway.heartbeatMinutes'],
  },
  {
    key: 'credential.path',
    type: 'text',
    becomes: ['gateway.credential'],
    warning: {
      when: isGiven,
      danger: 'Everybody who reaches /api/credential may read this file without a token.',
      instead: 'It is served, as the file says.',
    },
  },
]
