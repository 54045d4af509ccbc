/** Reading members of a file of expectations: every failure names the member. */

import { findNearest } from '@veritee/codec/nearest'
import { AppraisalError, type AppraisalErrorCode } from '../errors.ts'

export type Members = Readonly<Record<string, unknown>>

export function expectTable(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)) {
    return value as Members
  }
  throw invalid('APPRAISAL_EXPECTATIONS_INVALID', path, 'a table', describeValue(value))
}

/** Refuses any key that is not known, naming the nearest that is. */
export function expectKeys(members: Members, known: readonly string[], path: string): void {
  for (const key of Object.keys(members)) {
    if (known.includes(key)) continue
    const nearest = findNearest(key, known)
    const full = path === '' ? key : `${path}.${key}`
    throw invalid(
      'APPRAISAL_EXPECTATIONS_KEY_UNKNOWN',
      full.slice(0, 256),
      known,
      key.slice(0, 128),
      `There is no key ${full.slice(0, 256)}${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`,
    )
  }
}

export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? value.slice(0, 128) : typeof value
}

export function invalid(
  code: AppraisalErrorCode,
  path: string,
  expected: unknown,
  actual: unknown,
  message?: string,
): AppraisalError {
  return new AppraisalError(code, message, { details: { path, expected, actual } })
}
