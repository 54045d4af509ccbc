import { LONE_SURROGATE } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'

/** Deepest nesting written; what the strict reader returns is well within. */
const MAX_DEPTH = 128

/**
 * Canonical JSON of RFC 8785: no white space, members sorted by UTF-16 units, numbers and strings as ECMAScript writes
 * them. What has no such form (undefined, bigint, NaN, lone surrogates, class instances, cycles) throws
 * `CODEC_JSON_UNREPRESENTABLE`; nothing is dropped in silence.
 */
export function canonicalizeJson(value: unknown): string {
  return write(value, 0)
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unrepresentable('A number is not finite.')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') return writeString(value)
  if (typeof value !== 'object') throw unrepresentable(`A value of type ${typeof value} has no JSON form.`)
  if (depth === MAX_DEPTH) throw unrepresentable('The value is nested too deep, or contains itself.')
  if (Array.isArray(value)) {
    return `[${Array.from(value, (element: unknown) => write(element, depth + 1)).join(',')}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw unrepresentable('Only plain objects and arrays have a JSON form.')
  }
  const object = value as Record<string, unknown>
  const members = Object.keys(object)
    .sort()
    .map((key) => `${writeString(key)}:${write(object[key], depth + 1)}`)
  return `{${members.join(',')}}`
}

function writeString(text: string): string {
  if (LONE_SURROGATE.test(text)) throw unrepresentable('A string holds a lone surrogate.')
  return JSON.stringify(text)
}

function unrepresentable(message: string): CodecError {
  return new CodecError('CODEC_JSON_UNREPRESENTABLE', message)
}
