export {
  CONFIG_REFERENCE,
  type ConfigKey,
  type ConfigSection,
  mergeConfig,
  parseConfig,
  readConfigFile,
  type ServiceConfig,
  type ServiceConfigInput,
} from './config/index.ts'
export { SERVICE_ERRORS, ServiceError, type ServiceErrorCode } from './errors.ts'
export { createService } from './service.ts'
export { readTrusteeConfig, type TrusteeConfig, type TrusteeConfigOptions } from './trustee-config/index.ts'
export type { Service, ServiceAddress, ServiceRuntime } from './types.ts'
