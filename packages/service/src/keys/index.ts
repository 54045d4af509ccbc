export { openKeyDirectory, type ServiceKeys } from './key-directory.ts'
export { claimPrivateDirectory, readPrivateFile } from './private-file.ts'
