export { listNeedingStart } from './changes.ts'
export { type ConfigProblem, mergeConfig, parseConfig, readConfigFile } from './parse.ts'
export { CONFIG_REFERENCE, type ConfigKey, type ConfigSection } from './reference.ts'
export type { ServiceConfig, ServiceConfigInput, StoreConfig } from './schema.ts'
