/** Reading the `claims` of expectations: paths, nested or dotted, and what each is pinned to. */
import { describeValue, expectKeys, invalid, type Members } from './members.ts'
import type { ClaimExpectation, ClaimRule, ClaimValue } from './types.ts'

const RULE_KEYS = ['value', 'mask', 'one_of', 'minimum', 'maximum']
const MAX_CLAIMS = 4096
const MAX_DEPTH = 16
const MAX_VALUES = 1024
const HEX = /^(?:[0-9a-f]{2}){1,4096}$/i

const MALFORMED = 'APPRAISAL_EXPECTATIONS_INVALID'

/** Reads all claims. A table is a rule if all its keys are those of a rule, else it goes on with the path. */
export function parseClaims(members: Members): ClaimExpectation[] {
  const claims: ClaimExpectation[] = []
  const pending: { readonly path: string; readonly value: unknown; readonly depth: number }[] = []
  const push = (parent: string, table: Members, depth: number) => {
    for (const [name, value] of Object.entries(table)) {
      pending.push({ path: parent === '' ? name : `${parent}.${name}`, value, depth })
    }
  }
  push('', members, 1)
  const seen = new Set<string>()
  // Tables append what they hold while the loop runs.
  for (const { path, value, depth } of pending) {
    if (path.length > 512 || depth > MAX_DEPTH || claims.length >= MAX_CLAIMS) {
      throw invalid(MALFORMED, `claims.${path.slice(0, 64)}`, `at most ${MAX_CLAIMS} claims, ${MAX_DEPTH} deep`, 'more')
    }
    if (isTable(value) && !isRule(value)) {
      if (Object.keys(value).length === 0) throw empty(path)
      push(path, value, depth + 1)
    } else {
      if (seen.has(path)) {
        throw invalid(MALFORMED, `claims.${path}`, 'every claim once', 'the same claim twice')
      }
      seen.add(path)
      claims.push({ path, rule: parseRule(value, path) })
    }
  }
  return claims
}

function isTable(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function isRule(table: Members): boolean {
  const keys = Object.keys(table)
  return keys.length > 0 && keys.some((key) => RULE_KEYS.includes(key))
}

function parseRule(value: unknown, path: string): ClaimRule {
  if (!isTable(value)) return { kind: 'one-of', values: readValues(value, path) }
  expectKeys(value, RULE_KEYS, `claims.${path}`)
  const { mask, one_of, minimum, maximum } = value
  if (one_of !== undefined)
    return expectAlone(value, ['one_of'], path, { kind: 'one-of', values: readValues(one_of, path) })
  if (mask !== undefined) return expectAlone(value, ['value', 'mask'], path, readMasked(value, path))
  if (minimum !== undefined || maximum !== undefined) {
    const bounds = { ...readBound(minimum, 'minimum', path), ...readBound(maximum, 'maximum', path) }
    return expectAlone(value, ['minimum', 'maximum'], path, { kind: 'range', ...bounds })
  }
  return { kind: 'one-of', values: readValues(value['value'], path) }
}

function expectAlone(table: Members, keys: readonly string[], path: string, rule: ClaimRule): ClaimRule {
  const other = Object.keys(table).find((key) => !keys.includes(key))
  if (other === undefined) return rule
  throw invalid(MALFORMED, `claims.${path}`, `only ${keys.join(' and ')}`, `${other} beside it`)
}

function readValues(value: unknown, path: string): ClaimValue[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0) throw empty(path)
  if (list.length > MAX_VALUES) throw invalid(MALFORMED, `claims.${path}`, `at most ${MAX_VALUES} values`, list.length)
  return list.map((item) => {
    if (typeof item === 'boolean') return item
    if (typeof item === 'string' && item.length <= 8192) return item
    if (typeof item === 'number' && Number.isFinite(item)) return item
    throw invalid(
      MALFORMED,
      `claims.${path}`,
      'a text, a number, true or false, or a list of them',
      describeValue(item),
    )
  })
}

function readMasked({ value, mask }: Members, path: string): ClaimRule {
  for (const [name, text] of Object.entries({ value, mask })) {
    if (typeof text !== 'string' || !HEX.test(text)) {
      throw invalid(MALFORMED, `claims.${path}.${name}`, 'hexadecimal digits', describeValue(text))
    }
  }
  const [bits, wanted] = [mask as string, value as string]
  if (bits.length !== wanted.length) {
    throw invalid(
      MALFORMED,
      `claims.${path}.mask`,
      `${wanted.length / 2} bytes, as the value`,
      `${bits.length / 2} bytes`,
    )
  }
  if (/^0+$/.test(bits)) throw empty(`${path}.mask`)
  return { kind: 'masked', value: wanted, mask: bits }
}

function readBound(value: unknown, name: 'minimum' | 'maximum', path: string): { [name: string]: number } {
  if (value === undefined) return {}
  if (typeof value === 'number' && Number.isFinite(value)) return { [name]: value }
  throw invalid(MALFORMED, `claims.${path}.${name}`, 'a number', describeValue(value))
}

function empty(path: string): ReturnType<typeof invalid> {
  return invalid('APPRAISAL_EXPECTATIONS_EMPTY', `claims.${path}`, 'at least one value', 'none')
}
