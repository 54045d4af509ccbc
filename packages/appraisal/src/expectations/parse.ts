/** Reading what an operator expects, from the value that a file holds. */

import { findNearest } from '@veritee/codec/nearest'
import { AppraisalError } from '../errors.ts'
import { parseClaims } from './claim-rules.ts'
import { describeValue, expectKeys, expectTable, invalid, type Members } from './members.ts'
import { ALLOWANCES, type Expectations, type TcbExpectation } from './types.ts'

const KEYS = ['tee', 'claims', 'tcb', ...ALLOWANCES.map((name) => `allow_${name}`)]
const TCB_KEYS = ['statuses', 'minimum_date', 'minimum_evaluation_number', 'allowed_advisories']
const MAX_LIST = 1024

/** Kinds of evidence that expectations may name. */
const TEES = [
  'tdx',
  'sgx',
  'snp',
  'csv',
  'tpm',
  'az-snp-vtpm',
  'az-tdx-vtpm',
  'hygondcu',
  'hygontpm',
  'nvidia',
  'sample',
]

/** Statuses that may be accepted by name; nobody accepts `Revoked`. */
const STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
]

/**
 * Reads expectations from a value, as a JSON or TOML file holds it: `tee`, `claims`, `tcb` and `allow_*`.
 *
 * Throws APPRAISAL_EXPECTATIONS_KEY_UNKNOWN (naming the nearest key), APPRAISAL_EXPECTATIONS_INVALID, and
 * APPRAISAL_EXPECTATIONS_EMPTY for what expects nothing. Whether a claim exists shows only with evidence at hand.
 */
export function parseExpectationsValue(value: unknown): Expectations {
  const members = expectTable(value, 'expectations')
  expectKeys(members, KEYS, '')
  const tees = readList(members, 'tee', '', (item, path) => expectWord(item, TEES, path))
  const claims = members['claims'] === undefined ? [] : parseClaims(expectTable(members['claims'], 'claims'))
  const tcb = members['tcb'] === undefined ? undefined : readTcb(expectTable(members['tcb'], 'tcb'))
  const allow = ALLOWANCES.filter((name) => readFlag(members, `allow_${name}`))
  if (tees === undefined && claims.length === 0 && (tcb === undefined || Object.keys(tcb).length === 0)) {
    throw new AppraisalError('APPRAISAL_EXPECTATIONS_EMPTY', undefined, { details: { path: 'expectations' } })
  }
  return { ...(tees === undefined ? {} : { tees }), claims, ...(tcb === undefined ? {} : { tcb }), allow }
}

function readTcb(members: Members): TcbExpectation {
  expectKeys(members, TCB_KEYS, 'tcb')
  const statuses = readList(members, 'statuses', 'tcb', (item, path) => expectWord(item, STATUSES, path))
  const minimumDateAt = readDate(members['minimum_date'], 'tcb.minimum_date')
  const minimumEvaluationNumber = readCount(members['minimum_evaluation_number'], 'tcb.minimum_evaluation_number')
  const allowedAdvisories = readList(members, 'allowed_advisories', 'tcb', expectText, true)
  return {
    ...(statuses === undefined ? {} : { statuses }),
    ...(minimumDateAt === undefined ? {} : { minimumDateAt }),
    ...(minimumEvaluationNumber === undefined ? {} : { minimumEvaluationNumber }),
    ...(allowedAdvisories === undefined ? {} : { allowedAdvisories }),
  }
}

/** One text or a list of them. Only of advisories may none be expected: any other empty list is a slip. */
function readList<T>(
  members: Members,
  name: string,
  parent: string,
  read: (item: unknown, path: string) => T,
  mayBeEmpty: boolean = false,
): readonly T[] | undefined {
  const value = members[name]
  const path = parent === '' ? name : `${parent}.${name}`
  if (value === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0 && !mayBeEmpty)
    throw invalid('APPRAISAL_EXPECTATIONS_EMPTY', path, 'at least one', 'an empty list')
  if (list.length > MAX_LIST) throw invalid('APPRAISAL_EXPECTATIONS_INVALID', path, `at most ${MAX_LIST}`, list.length)
  return list.map((item) => read(item, path))
}

function readFlag(members: Members, name: string): boolean {
  const value = members[name]
  if (value === undefined || typeof value === 'boolean') return value === true
  throw invalid('APPRAISAL_EXPECTATIONS_INVALID', name, 'true or false', describeValue(value))
}

/** A date of TOML, or `2024-03-13` with or without a time in UTC. */
function readDate(value: unknown, path: string): number | undefined {
  if (value === undefined) return undefined
  const text = value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : ''
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw invalid('APPRAISAL_EXPECTATIONS_INVALID', path, 'a date such as 2024-03-13', describeValue(value))
  return Math.floor(time / 1000)
}

function readCount(value: unknown, path: string): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number | undefined
  throw invalid('APPRAISAL_EXPECTATIONS_INVALID', path, 'a whole number', describeValue(value))
}

function expectText(item: unknown, path: string): string {
  if (typeof item === 'string' && item !== '' && item.length <= 128) return item
  throw invalid('APPRAISAL_EXPECTATIONS_INVALID', path, 'texts', describeValue(item))
}

function expectWord(item: unknown, known: readonly string[], path: string): string {
  const text = expectText(item, path)
  if (known.includes(text)) return text
  const nearest = findNearest(text, known)
  throw invalid(
    'APPRAISAL_EXPECTATIONS_INVALID',
    path,
    known,
    text,
    nearest === undefined ? `${path} has no value ${text}.` : `${path} has no value ${text}; did you mean ${nearest}?`,
  )
}
