export type { PostgresqlStoreOptions } from './database.ts'
export { createPostgresqlStore } from './postgresql-store.ts'
