export { listNeedingStart } from './changes.ts'
export { type ConfigProblem, mergeConfig, parseConfig, readConfigFile } from './parse.ts'
export type { ServiceConfig, ServiceConfigInput, StoreConfig } from './schema.ts'
