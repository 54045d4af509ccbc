/** Reading members of untrusted JSON: every failure is a BrokerError that names the member. */
import { isCodedError } from '@veritee/codec/error'
import { type JsonLimits, parseJson } from '@veritee/codec/json'
import { BrokerError, type BrokerErrorCode } from '../errors.ts'

export type Members = Readonly<Record<string, unknown>>

/** Evidence of a machine with event logs is some hundred kilobytes; two mebibytes is the usual limit of brokers. */
export const MESSAGE_LIMITS: Required<Pick<JsonLimits, 'maxBytes' | 'maxDepth' | 'maxValues'>> = {
  maxBytes: 2 << 20,
  maxDepth: 32,
  maxValues: 200_000,
}

/** Parses a body to an object; what is not strict JSON within the limits throws `code`. */
export function parseObject(
  body: Uint8Array | string,
  code: BrokerErrorCode,
  path: string,
  limits: JsonLimits = MESSAGE_LIMITS,
): Members {
  let value: unknown
  try {
    value = parseJson(body, limits)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new BrokerError(code, undefined, { details: { path, actual: cause.message }, cause })
  }
  return expectObject(value, code, path)
}

export function expectObject(value: unknown, code: BrokerErrorCode, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw misfit(code, path, 'an object', value)
}

export function findMember(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined
}

/** A text of at most `maxLength` characters. */
export function readText(
  members: Members,
  name: string,
  code: BrokerErrorCode,
  path: string,
  maxLength: number,
): string {
  const value = findMember(members, name)
  if (typeof value !== 'string') throw misfit(code, joinPath(path, name), 'a text', value)
  if (value.length > maxLength) {
    throw misfit(code, joinPath(path, name), `at most ${maxLength} characters`, `${value.length} characters`)
  }
  return value
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** The error for a member that is not what it should be; says the type of what came, or a text given as it is. */
export function misfit(code: BrokerErrorCode, path: string, expected: string, value: unknown): BrokerError {
  return new BrokerError(code, undefined, { details: { path, expected, actual: describe(value) } })
}

function describe(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? value.slice(0, 80) : typeof value
}
