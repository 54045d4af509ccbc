export { openKeyDirectory, type ServiceKeys } from './key-directory.ts'
