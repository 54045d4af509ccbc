/** TDREPORT: what a TDX module says about a TD to its own machine. */
export { verifyTdReportHashes } from './hashes.ts'
export { parseTdReport } from './parse.ts'
export type { TdModuleGeneration, TdReport } from './types.ts'
