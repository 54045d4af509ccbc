/** Is a reference value of the form its key takes? */
import { findNearest } from '@veritee/codec/nearest'
import type { IntelErrorCode } from '../codes.ts'
import { parseIntelDate } from '../date.ts'
import { type ReferenceKey, TCB_STATUSES } from './reference-keys.ts'

/** What is wrong with one value. */
export interface ValueFault {
  readonly code: IntelErrorCode
  readonly expected: string
  readonly actual: unknown
}

const HEX = /^[0-9a-fA-F]*$/

/** Undefined where the value fits. */
export function findValueFault(key: ReferenceKey, value: unknown): ValueFault | undefined {
  switch (key.form) {
    case 'hex':
      return findHexFault(key, value)
    case 'seconds':
    case 'count':
      return findNumberFault(value)
    case 'counts':
      return Array.isArray(value) ? firstFault(value, findNumberFault) : findNumberFault(value)
    case 'date':
      if (parseIntelDate(value) !== undefined) return undefined
      return { code: 'INTEL_POLICY_DATE_INVALID', expected: 'YYYY-MM-DDThh:mm:ssZ', actual: value }
    case 'flag':
      return typeof value === 'boolean' ? undefined : invalid('true or false', value)
    case 'texts':
      if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) return undefined
      return invalid('a list of texts that is not empty', value)
    case 'statuses':
      return Array.isArray(value) && value.length > 0 ? firstFault(value, findStatusFault) : findStatusFault(value)
  }
}

function findHexFault({ sizeBytes = 0, isMask = false }: ReferenceKey, value: unknown): ValueFault | undefined {
  const digits = 2 * sizeBytes
  if (typeof value === 'string' && HEX.test(value) && value.length === digits) return undefined
  const expected = `${digits} hexadecimal digits`
  const actual = typeof value === 'string' && HEX.test(value) ? `${value.length} digits` : value
  return { code: isMask ? 'INTEL_POLICY_MASK_INVALID' : 'INTEL_POLICY_VALUE_INVALID', expected, actual }
}

function findNumberFault(value: unknown): ValueFault | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return undefined
  const expected = 'a whole number from 0 to 2^53 - 1'
  const actual = typeof value === 'bigint' ? value.toString() : value
  return { code: 'INTEL_POLICY_NUMBER_INVALID', expected, actual }
}

function findStatusFault(value: unknown): ValueFault | undefined {
  if (typeof value !== 'string') return invalid('a TCB status or a list of them', value)
  if (TCB_STATUSES.some((status) => status.toLowerCase() === value.toLowerCase())) return undefined
  const nearest = findNearest(value, TCB_STATUSES)
  return invalid(nearest === undefined ? TCB_STATUSES.join(', ') : `a TCB status; perhaps ${nearest}`, value)
}

function firstFault(
  values: readonly unknown[],
  find: (value: unknown) => ValueFault | undefined,
): ValueFault | undefined {
  for (const value of values) {
    const fault = find(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

function invalid(expected: string, actual: unknown): ValueFault {
  return { code: 'INTEL_POLICY_VALUE_INVALID', expected, actual }
}

/** Whole bytes in hexadecimal. */
export function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^([0-9a-fA-F]{2})+$/.test(value)
}
