import type { JudgeOptions } from './options.ts'

/** Whether environments that can be debugged are accepted, whatever their kind. */
export function isDebugAllowed({
  acceptance,
  expectations,
}: Pick<JudgeOptions, 'acceptance' | 'expectations'>): boolean {
  return acceptance?.allowDebug === true || expectations?.allow.includes('debug') === true
}
