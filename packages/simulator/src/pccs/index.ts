/** A simulated PCCS on loopback. */
export type { PccsFault, PccsFaultKind } from './faults.ts'
export { type PccsOptions, type RunningPccs, servePccs } from './server.ts'
