import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  compareNumbers,
  createNumber,
  doubleOf,
  isArray,
  isNumber,
  numberFromDouble,
  type RegoNumber,
  type RegoObject,
  type Value,
} from '../../value/index.ts'
import { failure } from '../operand.ts'
import { readVerificationKeys, secretKey, type VerificationKey } from './keys.ts'

/** What a token is held to. */
export interface Constraints {
  readonly keys: readonly VerificationKey[]
  readonly algorithm: string
  readonly issuer: string
  readonly audience: string
  /** Seconds since 1970. */
  readonly at: RegoNumber
}

const NAMES: ReadonlySet<string> = new Set(['cert', 'secret', 'alg', 'iss', 'aud', 'time'])

/** Reads the constraints: exactly one of `cert` and `secret`, and any of `alg`, `iss`, `aud` and `time`. */
export function readConstraints(object: RegoObject, context: BuiltinContext): Constraints {
  for (const key of object.keys()) {
    if (typeof key !== 'string' || !NAMES.has(key)) {
      throw failure(`unknown token validation constraint: ${String(key)}`)
    }
  }
  const text = (name: string): string => {
    const value = object.member(name)
    if (value === undefined) return ''
    if (typeof value !== 'string') throw failure(`${name} constraint: must be a string`)
    return value
  }
  const secret = text('secret')
  const hasKeys = object.member('cert') !== undefined
  const keys = hasKeys ? readVerificationKeys(text('cert'), context) : [secretKey(secret)]
  if (hasKeys && secret !== '') throw failure('duplicate key constraints')
  if (!hasKeys && secret === '') throw failure('no key constraint')
  return { keys, algorithm: text('alg'), issuer: text('iss'), audience: text('aud'), at: readTime(object, context) }
}

function readTime(object: RegoObject, context: BuiltinContext): RegoNumber {
  const time = object.member('time') ?? createNumber(context.nowNanoseconds)
  if (!isNumber(time)) throw failure('token time constraint: must be a number')
  const nanoseconds = doubleOf(time)
  if (!Number.isFinite(nanoseconds)) throw failure('token time constraint: unvalid float64')
  if (nanoseconds < 0) throw failure('token time constraint: must not be negative')
  return numberFromDouble(nanoseconds / 1e9)
}

function hasAudience(audience: Value, wanted: string): boolean {
  return isArray(audience) ? audience.includes(wanted) : audience === wanted
}

/** Tells whether claims meet the constraints: issuer, audience, expiry and beginning (RFC 7519 §4.1). */
export function meetConstraints(claims: RegoObject, constraints: Constraints): boolean {
  const { issuer, audience, at } = constraints
  if (issuer !== '' && claims.member('iss') !== issuer) return false
  const claimed = claims.member('aud')
  // A token that names its audience is only for those who name themselves.
  if (claimed === undefined ? audience !== '' : !hasAudience(claimed, audience)) return false
  const expiry = claims.member('exp')
  if (expiry !== undefined) {
    if (!isNumber(expiry)) throw failure('exp value must be a number')
    if (compareNumbers(at, expiry) >= 0) return false
  }
  const beginning = claims.member('nbf')
  if (beginning !== undefined) {
    if (!isNumber(beginning)) throw failure('nbf value must be a number')
    if (compareNumbers(at, beginning) < 0) return false
  }
  return true
}
