import { decodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { JSON_DEFAULTS, type JsonLimits } from './limits.ts'
import { JsonScanner } from './scanner.ts'

/** A member of the outermost object: its value, and the exact text the value stands in. */
export interface JsonMember {
  readonly text: string
  readonly value: unknown
}

type Container = unknown[] | Record<string, unknown>

/**
 * Reads JSON strictly (RFC 8259 with the rules of I-JSON, RFC 7493): duplicate members, lone surrogates, a byte order
 * mark, trailing text and numbers without an exact value are refused. Iterative, so depth costs no stack.
 * Throws `CODEC_JSON_*`, and `CODEC_UTF8_INVALID` for bytes that are not UTF-8.
 */
export function parseJson(text: string | Uint8Array, limits: JsonLimits = {}): unknown {
  return read(textWithin(text, limits), limits, undefined)
}

/**
 * Members of the outermost object in their order, each with its exact text: what a signature over a member is checked
 * against. Throws as {@link parseJson}, and `CODEC_JSON_INVALID` if the outermost value is not an object.
 */
export function parseJsonMembers(text: string | Uint8Array, limits: JsonLimits = {}): Map<string, JsonMember> {
  const whole = textWithin(text, limits)
  const members = new Map<string, JsonMember>()
  const value = read(whole, limits, members)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CodecError('CODEC_JSON_INVALID', 'The JSON text is not an object.')
  }
  return members
}

/**
 * Exact text of the value of the outermost object's member `name`, as served. The whole text is validated as by
 * {@link parseJson}. An absent member throws `CODEC_JSON_MEMBER_MISSING`.
 */
export function findMemberText(text: string | Uint8Array, name: string, limits: JsonLimits = {}): string {
  const member = parseJsonMembers(text, limits).get(name)
  if (member === undefined) throw new CodecError('CODEC_JSON_MEMBER_MISSING', undefined, { details: { path: name } })
  return member.text
}

function textWithin(text: string | Uint8Array, { maxBytes = JSON_DEFAULTS.maxBytes }: JsonLimits): string {
  if (text.length > maxBytes) throw exceeded('bytes', maxBytes, text.length)
  return typeof text === 'string' ? text : decodeUtf8(text)
}

function exceeded(path: string, expected: number, actual: number): CodecError {
  return new CodecError('CODEC_JSON_LIMIT', undefined, { details: { path, expected, actual } })
}

function read(text: string, limits: JsonLimits, members: Map<string, JsonMember> | undefined): unknown {
  const { maxDepth, maxValues, integers } = { ...JSON_DEFAULTS, ...limits }
  const scanner = new JsonScanner(text, integers === 'bigint')
  const stack: Container[] = []
  const keys: string[] = []
  const starts: number[] = []
  let values = 0

  for (;;) {
    // A value begins here.
    let first = scanner.next()
    let start = scanner.offset
    if (++values > maxValues) throw exceeded('values', maxValues, values)
    let value: unknown
    if (first === 0x7b || first === 0x5b) {
      if (stack.length === maxDepth) throw exceeded('depth', maxDepth, maxDepth + 1)
      const container: Container = first === 0x7b ? {} : []
      const close = first === 0x7b ? 0x7d : 0x5d
      scanner.offset++
      first = scanner.next()
      if (first !== close) {
        stack.push(container)
        starts.push(start)
        if (close === 0x7d) keys.push(readKey(scanner, container as Record<string, unknown>))
        continue
      }
      scanner.offset++
      value = container
    } else {
      value = scanner.scalar()
    }

    // A value has ended: put it where it belongs, and close what ends with it.
    for (;;) {
      const container = stack[stack.length - 1]
      if (container === undefined) {
        if (scanner.next() !== -1) throw scanner.fail('Text is left over after the value.')
        return value
      }
      const isArray = Array.isArray(container)
      if (isArray) container.push(value)
      else {
        const key = keys.pop()!
        setMember(container, key, value)
        if (stack.length === 1) members?.set(key, { text: text.slice(start, scanner.offset), value })
      }
      const code = scanner.next()
      scanner.offset++
      if (code === 0x2c) {
        if (!isArray) {
          scanner.next()
          keys.push(readKey(scanner, container))
        }
        break
      }
      if (code !== (isArray ? 0x5d : 0x7d)) {
        throw scanner.fail('A comma or the end of a container is missing.', scanner.offset - 1)
      }
      value = stack.pop()
      start = starts.pop()!
    }
  }
}

function readKey(scanner: JsonScanner, container: Record<string, unknown>): string {
  const offset = scanner.offset
  if (scanner.next() !== 0x22) throw scanner.fail('A member has no name.')
  const key = scanner.string()
  if (Object.hasOwn(container, key)) {
    throw scanner.fail(`An object names the member twice.`, offset, 'CODEC_JSON_DUPLICATE_KEY')
  }
  if (scanner.next() !== 0x3a) throw scanner.fail('A colon is missing after a name.')
  scanner.offset++
  return key
}

/** An own member whatever the name: assignment to `__proto__` would change the prototype instead. */
function setMember(container: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true })
  } else container[key] = value
}
