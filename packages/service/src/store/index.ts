export { createMemoryStore } from './memory.ts'
export { createSqliteStore, type SqliteStoreOptions } from './sqlite/index.ts'
export type { ListOptions, Store, StoreAccess, StoreRecord, WriteOptions } from './store.ts'
