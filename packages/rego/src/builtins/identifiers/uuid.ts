import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { createNumber, ObjectBuilder, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, readString } from '../operand.ts'

const FORMS: readonly RegExp[] = [
  /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i,
  /^\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}$/i,
  /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i,
]

/** From the start of the Gregorian calendar to 1970, in steps of 100 nanoseconds. */
const GREGORIAN_OFFSET = 0x01b21dd213814000n
const DOMAINS = ['Person', 'Group', 'Org']

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122'
  if ((byte & 0xe0) === 0xc0) return 'Microsoft'
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved'
}

/** The parts of a UUID (RFC 9562): versions 1 and 2 tell a time, a clock sequence and a node. */
function describeUuid(operands: Operands): Value | undefined {
  const text = readString(operands, 1)
  const match = FORMS.map((form) => form.exec(text)).find((found) => found !== null)
  if (match === undefined) return undefined
  const hex = match.slice(1).join('')
  const bytes = decodeHex(hex)
  const version = bytes[6]! >> 4
  const parts = new ObjectBuilder().set('version', version).set('variant', variantOf(bytes[8]!))
  if (version === 1 || version === 2) {
    const ticks =
      (BigInt(`0x${hex.slice(12, 16)}`) & 0xfffn) * (1n << 48n) +
      BigInt(`0x${hex.slice(8, 12)}`) * (1n << 32n) +
      BigInt(`0x${hex.slice(0, 8)}`)
    const node = bytes.subarray(10)
    parts.set('time', createNumber((ticks - GREGORIAN_OFFSET) * 100n))
    parts.set('clocksequence', ((bytes[8]! << 8) | bytes[9]!) & 0x3fff)
    parts.set('nodeid', [...node].map((byte) => encodeHex(Uint8Array.of(byte))).join('-'))
    parts.set('macvariables', `${node[0]! & 2 ? 'local' : 'global'}:${node[0]! & 1 ? 'multicast' : 'unicast'}`)
  }
  if (version === 2) {
    parts.set('id', Number.parseInt(hex.slice(0, 8), 16))
    parts.set('domain', DOMAINS[bytes[9]!] ?? `Domain${bytes[9]!}`)
  }
  return parts.build()
}

/** A random UUID (version 4), the same for each name within a query. */
function makeUuid(operands: Operands, context: BuiltinContext): Value {
  const key = `uuid.rfc4122\0${readString(operands, 1)}`
  const known = context.cache.get(key)
  if (typeof known === 'string') return known
  const bytes = Uint8Array.from(context.randomBytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = encodeHex(bytes)
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  context.memory(64)
  context.cache.set(key, uuid)
  return uuid
}

/** UUIDs read and made. */
export const UUID_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('uuid.parse', 'string -> object<string: any>', describeUuid),
  defineBuiltin('uuid.rfc4122', 'string -> string', makeUuid, { nondeterministic: true }),
]
