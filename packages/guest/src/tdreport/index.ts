/** TDREPORT of this guest, through the kernel's TDX device. */

export { type ProgramOutcome, type RunProgram, runProgram } from '../device/run.ts'
export { readTdReport, TDX_DEVICES, type TdReportOptions } from './device.ts'
