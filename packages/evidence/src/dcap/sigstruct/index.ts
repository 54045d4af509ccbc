/** What an enclave measures to and who signed it: SIGSTRUCT, and the signed libraries that carry one. */
export { parseEnclaveFile } from './enclave-file.ts'
export { parseSigstruct } from './parse.ts'
export type { EnclaveFile, Sigstruct } from './types.ts'
export { type VerifiedSigstruct, verifySigstruct } from './verify.ts'
