/** Reading appraisal policies: JSON with comments, every key known or the policy refused. */
import { CodecError } from '@veritee/codec'
import { parseJson } from '@veritee/codec/json'
import { findNearest } from '@veritee/codec/nearest'
import { AppraisalError } from '../../errors.ts'
import { type HexByteOrder, reverseHex } from '../byte-order.ts'
import { findIntelClass, INTEL_CLASS_LIST, type IntelClass } from '../classes.ts'
import type { IntelErrorCode } from '../codes.ts'
import { blankComments } from '../json.ts'
import type { IntelPolicy, JsonObject, PolicyWarning } from '../types.ts'
import { findKindsOfKey, listReferenceKeys, type ReferenceKey } from './reference-keys.ts'
import { reviewPolicy } from './review.ts'
import { findValueFault, isHex } from './values.ts'

/** How a policy text is read. */
export interface PolicyReading {
  /**
   * The order its hexadecimal values are written in. Default: the member `byteOrder` beside `policy_array`, and `intel`
   * where there is none.
   */
  readonly byteOrder?: HexByteOrder
  /** Report unknown keys and unfit values as warnings instead of refusing them, as Intel's own reader lets them pass. */
  readonly intelCompatible?: boolean
}

/** Policies that were read, one for a class. */
export interface ReadPolicies {
  readonly policies: readonly IntelPolicy[]
  readonly warnings: readonly PolicyWarning[]
  /** The order the text was written in. The policies above are in Intel's. */
  readonly byteOrder: HexByteOrder
}

const LIMITS = { maxBytes: 1 << 20, maxDepth: 16, integers: 'bigint' } as const
const MAX_POLICIES = 64
const MAX_KEYS = 128
const DOCUMENT_KEYS = ['policy_array', 'byteOrder']
const ENTRY_KEYS = ['environment', 'reference']
const ENVIRONMENT_KEYS = ['class_id', 'description', 'Description']

/**
 * Reads a policy text. Members whose name begins with `#` are inert, wherever they stand. Hexadecimal values come out in
 * Intel's order. Signatures are not looked at here: see `verifyPolicyToken`.
 *
 * Throws INTEL_POLICY_*. A second policy for a class and an unknown class are refused in every mode.
 */
export function parseIntelPolicies(text: string | Uint8Array, reading: PolicyReading = {}): ReadPolicies {
  const reader = new PolicyReader(reading)
  return reader.read(parseText(text))
}

class PolicyReader {
  readonly #lax: boolean
  readonly #order: HexByteOrder | undefined
  readonly #warnings: PolicyWarning[] = []

  constructor({ intelCompatible = false, byteOrder }: PolicyReading) {
    this.#lax = intelCompatible
    this.#order = byteOrder
  }

  read(value: unknown): ReadPolicies {
    const document = expectObject(value, '')
    this.#refuseUnknown(document, DOCUMENT_KEYS, '')
    const order = this.#order ?? readOrder(document['byteOrder'])
    const entries = document['policy_array']
    if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_POLICIES) {
      throw malformed('policy_array', `a list of 1 to ${MAX_POLICIES} policies`, entries)
    }
    const policies: IntelPolicy[] = []
    for (const [index, entry] of entries.entries()) {
      const path = `policy_array.${index}`
      const policy = this.#readPolicy(expectObject(entry, path), path, order)
      if (policies.some(({ classId }) => classId === policy.classId)) {
        throw refuse('INTEL_POLICY_CLASS_DUPLICATE', `${path}.environment.class_id`, 'another class', policy.classId)
      }
      policies.push(policy)
      this.#warnings.push(...reviewPolicy(policy, `${path}.reference`))
    }
    return { policies, warnings: this.#warnings, byteOrder: order }
  }

  #readPolicy(entry: JsonObject, path: string, order: HexByteOrder): IntelPolicy {
    this.#refuseUnknown(entry, ENTRY_KEYS, path)
    const environment = expectObject(entry['environment'], `${path}.environment`)
    this.#refuseUnknown(environment, ENVIRONMENT_KEYS, `${path}.environment`)
    const known = findIntelClass(environment['class_id'])
    if (known === undefined) {
      const expected = INTEL_CLASS_LIST.map(({ id, name }) => `${id} (${name})`)
      throw refuse(
        'INTEL_POLICY_CLASS_UNKNOWN',
        `${path}.environment.class_id`,
        expected,
        environment['class_id'] ?? 'absent',
      )
    }
    const reference = expectObject(entry['reference'], `${path}.reference`)
    return {
      classId: known.id,
      environment,
      reference: this.#readReference(reference, known, `${path}.reference`, order),
    }
  }

  #readReference(reference: JsonObject, { kind, name }: IntelClass, path: string, order: HexByteOrder): JsonObject {
    const keys = listReferenceKeys(kind)
    const members = Object.entries(reference)
    if (members.length > MAX_KEYS) throw malformed(path, `at most ${MAX_KEYS} members`, members.length)
    const values = members.map(([member, value]): [string, unknown] => {
      const at = `${path}.${member}`
      const key = keys.find((candidate) => candidate.name === member)
      if (key === undefined) {
        if (!member.startsWith('#')) this.#refuseKey(member, keys, at, name)
        return [member, value]
      }
      const fault = findValueFault(key, value)
      if (fault !== undefined) this.#fault(fault.code, at, fault.expected, fault.actual)
      return [member, fault === undefined && order === 'memory' ? toIntelOrder(key, value) : value]
    })
    return Object.fromEntries(values)
  }

  #refuseUnknown(object: JsonObject, known: readonly string[], path: string): void {
    const members = Object.keys(object)
    if (members.length > MAX_KEYS)
      throw malformed(path === '' ? 'policy' : path, `at most ${MAX_KEYS} members`, members.length)
    for (const member of members) {
      if (member.startsWith('#') || known.includes(member)) continue
      const nearest = findNearest(member, known)
      this.#fault('INTEL_POLICY_KEY_UNKNOWN', join(path, member), nearest ?? known.join(', '), member)
    }
  }

  #refuseKey(member: string, keys: readonly ReferenceKey[], path: string, className: string): void {
    const nearest = findNearest(
      member,
      keys.map((key) => key.name),
    )
    const elsewhere = findKindsOfKey(member)
    const expected =
      elsewhere.length > 0
        ? `a key of ${className}; ${member} belongs to ${elsewhere.join(' and ')} policies`
        : (nearest ?? `a key of ${className}: ${keys.map((key) => key.name).join(', ')}`)
    this.#fault('INTEL_POLICY_KEY_UNKNOWN', path, expected, member)
  }

  #fault(code: IntelErrorCode, path: string, expected: unknown, actual: unknown): void {
    const error = refuse(code, path, expected, actual)
    if (!this.#lax) throw error
    this.#warnings.push({
      code,
      path,
      message: `${error.message} Expected ${String(expected)}; found ${String(actual)}.`,
      next: error.next,
    })
  }
}

function toIntelOrder(key: ReferenceKey, value: unknown): unknown {
  if (key.form === 'hex') return reverseHex(value as string)
  if (key.name !== 'accepted_platform_provider_ids') return value
  return (value as string[]).map((id) => (isHex(id) ? reverseHex(id) : id))
}

function readOrder(value: unknown): HexByteOrder {
  if (value === undefined) return 'intel'
  if (value === 'intel' || value === 'memory') return value
  throw refuse('INTEL_POLICY_VALUE_INVALID', 'byteOrder', 'intel or memory', value)
}

function parseText(text: string | Uint8Array): unknown {
  try {
    if (text.length > LIMITS.maxBytes) throw malformed('', `at most ${LIMITS.maxBytes} bytes`, text.length)
    return parseJson(blankComments(typeof text === 'string' ? text : new TextDecoder().decode(text)), LIMITS)
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new AppraisalError('INTEL_POLICY_MALFORMED', undefined, {
      details: { path: 'policy', expected: 'JSON with comments', actual: cause.message },
      cause,
    })
  }
}

function expectObject(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw malformed(path === '' ? 'policy' : path, 'an object', value === undefined ? 'absent' : value)
}

function join(path: string, member: string): string {
  return path === '' ? member : `${path}.${member}`
}

function malformed(path: string, expected: unknown, actual: unknown): AppraisalError {
  return refuse('INTEL_POLICY_MALFORMED', path, expected, actual)
}

function refuse(code: IntelErrorCode, path: string, expected: unknown, actual: unknown): AppraisalError {
  return new AppraisalError(code, undefined, { details: { path, expected, actual: printBig(actual) } })
}

/** Error details are shown as JSON, which has no bigint. */
function printBig(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
