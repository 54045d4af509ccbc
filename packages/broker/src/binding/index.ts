/** How evidence is bound to a handshake and to the key that secrets are encrypted to. */
export { DEFAULT_HASH, hashBinding, selectHash } from './hash.ts'
export { digestInitData } from './init-data.ts'
export {
  type Binding,
  type BindingInput,
  bindDevice,
  bindPrimary,
  createBaseRuntimeData,
  createPrimaryRuntimeData,
  digestRuntimeData,
  padReportData,
  type RuntimeData,
} from './report-data.ts'
