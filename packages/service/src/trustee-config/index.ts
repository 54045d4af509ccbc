/** The configuration of Trustee services, read as it is: what each key becomes, and what is not done that one asks for. */
export {
  TRUSTEE_FILES,
  type TrusteeFile,
  type TrusteeKey,
  type TrusteeValueType,
  type TrusteeWarning,
} from './keys/key.ts'
export { TRUSTEE_KEYS } from './keys/table.ts'
export { readTrusteeConfig, type TrusteeConfig, type TrusteeConfigOptions } from './read.ts'
