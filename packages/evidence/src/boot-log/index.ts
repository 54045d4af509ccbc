/** Boot logs: event logs that lead to the registers of evidence, and what they say then. */
export { replayBootLog } from './check.ts'
export { claimsOfBootLog } from './claims.ts'
export { bankOfCsvReport, bankOfTdxQuote, bankOfTpmQuote } from './registers.ts'
export { type BootLog, type LoggedBank, type LoggedRegister, verifyBootLog } from './replay.ts'
