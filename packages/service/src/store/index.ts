export { Batches } from './batches.ts'
export { compareStoreKeys } from './key.ts'
export { createMemoryStore } from './memory.ts'
export { openStore } from './open.ts'
export { createPostgresqlStore, type PostgresqlStoreOptions } from './postgresql/index.ts'
export { createSqliteStore, type SqliteStoreOptions } from './sqlite/index.ts'
export type {
  CompareAndSetOptions,
  ListOptions,
  PutOptions,
  Store,
  StoreAccess,
  StoreEntry,
  StoreFields,
  StoreRecord,
  WriteOptions,
} from './store.ts'
