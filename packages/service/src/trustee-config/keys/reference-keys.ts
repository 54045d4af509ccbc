import type { TrusteeKey } from './key.ts'
import { STORAGE_BACKEND_KEYS } from './storage-keys.ts'

/** The keys of `rvps.json`. */
export const REFERENCE_KEYS: readonly TrusteeKey[] = [
  { key: 'storage.type', type: 'text', becomes: ['references.file'] },
  { key: 'storage.file_path', type: 'text', becomes: ['references.file'] },
  { key: 'storage_type', type: 'text', moot: 'reference values are kept in the store of this service' },
  { key: 'extractors', type: 'any', moot: 'every kind of message that is understood is understood' },
  ...STORAGE_BACKEND_KEYS,
]
