/** PCK certificates. */
export { PCK_EXTENSION_OID, type PckExtensionOptions, parsePckExtension } from './extension.ts'
export type { PckCa, PckConfiguration, PckExtension, SgxType } from './types.ts'
