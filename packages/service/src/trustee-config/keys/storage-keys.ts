import { isGiven, OWN_STORE, type TrusteeKey } from './key.ts'

/** The unified storage of newer files. */
export const STORAGE_BACKEND_KEYS: readonly TrusteeKey[] = [
  {
    key: 'storage_backend.storage_type',
    type: 'text',
    warning: {
      when: (value) => String(value).toLowerCase() !== 'memory',
      danger: 'Secrets, policies and reference values that are stored there are not here.',
      instead: 'A store of this service is used; put them into it anew, or name folders of files in a configuration.',
    },
  },
  { key: 'storage_backend.backends.local_fs.dir_path', type: 'text', moot: OWN_STORE },
  { key: 'storage_backend.backends.local_json.file_dir_path', type: 'text', moot: OWN_STORE },
  { key: 'storage_backend.backends.postgres.host', type: 'text', moot: OWN_STORE },
  { key: 'storage_backend.backends.postgres.port', type: 'count', moot: OWN_STORE },
  { key: 'storage_backend.backends.postgres.db', type: 'text', moot: OWN_STORE },
  { key: 'storage_backend.backends.postgres.username', type: 'text', moot: OWN_STORE },
  {
    key: 'storage_backend.backends.postgres.password',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'The file holds a password, and may be readable by others.',
      instead: 'It is not used: give a configuration with store.driver = "postgresql" and store.urlFile.',
    },
  },
  { key: 'storage_backend.backends.redis.url', type: 'text', moot: OWN_STORE },
]
