export { openKeyDirectory, type ServiceKeys } from './key-directory.ts'
export { claimPrivateDirectory } from './private-file.ts'
