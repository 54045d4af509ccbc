/** TDREPORT of this guest, through the kernel's TDX device. */
export { readTdReport, TDX_DEVICES, type TdReportOptions } from './device.ts'
export { type ProgramOutcome, type RunProgram, runProgram } from './run.ts'
