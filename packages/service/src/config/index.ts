export { type ConfigProblem, mergeConfig, parseConfig, readConfigFile } from './parse.ts'
export type { ServiceConfig, ServiceConfigInput } from './schema.ts'
