/** The parts of a CoRIM (draft-ietf-rats-corim) that say what a machine must measure to. */
import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { type Place, refuse } from '../members.ts'
import { CborSyntaxError, decodeTaggedCbor, Tagged, type TaggedMap, type TaggedValue } from './tagged-cbor.ts'

const PLACE: Place = { code: 'REFERENCE_CORIM_INVALID', path: 'payload' }

const TAG = { time: 1, uuid: 37, corim: 501, comid: 506, rawBytes: 560 } as const
/** Wrappers of older drafts, with nothing in them but what they wrap. */
const WRAPPERS: readonly number[] = [500, 502]
const ALGORITHMS: Readonly<Record<number, string>> = {
  1: 'sha-256',
  7: 'sha-384',
  8: 'sha-512',
  10: 'sha3-256',
  11: 'sha3-384',
  12: 'sha3-512',
}
const SIGNED = 18

/** One measured thing: what identifies it, and what it may be. */
export interface CorimMeasurement {
  /** Vendor, model, key, name, serial number: those that are there. */
  readonly identifiers: readonly string[]
  readonly digests: readonly { readonly algorithm: string; readonly value: string }[]
  /** Hexadecimal. */
  readonly raw?: string
}

export interface Corim {
  /** Epoch seconds. */
  readonly notBefore?: number
  readonly notAfter?: number
  readonly measurements: readonly CorimMeasurement[]
}

export function bad(path: string, message?: string): Error {
  return refuse({ ...PLACE, path: `payload.${path}` }, message)
}

export function decode(bytes: Uint8Array): TaggedValue {
  try {
    return decodeTaggedCbor(bytes)
  } catch (cause) {
    if (cause instanceof CborSyntaxError || isCodedError(cause)) throw refuse(PLACE, cause.message)
    throw cause
  }
}

/** The bytes inside the wrappers of older drafts, and whether they are a signed message. */
export function unwrapCorim(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly signed: boolean } {
  let inner = bytes
  // 0xd9 is the head of a tag of two bytes.
  for (let depth = 0; depth < 4 && inner[0] === 0xd9; depth++) {
    if (!WRAPPERS.includes(((inner[1] ?? 0) << 8) | (inner[2] ?? 0))) break
    inner = inner.subarray(3)
  }
  return { bytes: inner, signed: inner[0] === (0xc0 | SIGNED) }
}

/**
 * Reads an unsigned CoRIM: reference triples of its CoMIDs, with their digests and raw values. Endorsements, conditions and
 * tags of other kinds carry no reference values and are left alone; a measurement key of another kind than text, number or
 * UUID is refused, since without it values of different things would be joined.
 */
export function parseCorim(bytes: Uint8Array): Corim {
  const root = decode(bytes)
  const map = asMap(root instanceof Tagged && root.tag === TAG.corim ? root.value : root, 'corim')
  const validity = map.get(4) === undefined ? undefined : asMap(map.get(4), 'corim.validity')
  const notBefore = readTime(validity?.get(0), 'corim.validity.not-before')
  const notAfter = readTime(validity?.get(1), 'corim.validity.not-after')
  const comids = asArray(map.get(1), 'corim.tags').flatMap((tag, index) => {
    if (!(tag instanceof Tagged) || tag.tag !== TAG.comid) return []
    return [parseComid(asMap(decode(asBytes(tag.value, `corim.tags.${index}`)), 'comid'))]
  })
  if (comids.length === 0) throw bad('corim.tags', 'The manifest has no CoMID.')
  return {
    measurements: comids.flat(),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(notAfter === undefined ? {} : { notAfter }),
  }
}

function parseComid(comid: TaggedMap): CorimMeasurement[] {
  const triples = asMap(comid.get(4), 'comid.triples').get(0)
  return asArray(triples ?? [], 'comid.triples.reference').flatMap((triple) => {
    const [environment, claims] = asArray(triple, 'comid.triples.reference')
    const owner = parseEnvironment(asMap(environment, 'environment'))
    return asArray(claims, 'measurements').map((claim) => parseMeasurement(asMap(claim, 'measurement'), owner))
  })
}

function parseEnvironment(environment: TaggedMap): string[] {
  const kind = environment.get(0) === undefined ? undefined : asMap(environment.get(0), 'environment.class')
  return [kind?.get(1), kind?.get(2)].flatMap((value) =>
    value === undefined ? [] : [asText(value, 'environment.class')],
  )
}

function parseMeasurement(claim: TaggedMap, owner: readonly string[]): CorimMeasurement {
  const values = asMap(claim.get(1), 'measurement.mval')
  const names = [values.get(11), values.get(8)].flatMap((value) =>
    value === undefined ? [] : [asText(value, 'measurement.mval')],
  )
  const raw = values.get(4)
  if (values.get(5) !== undefined) throw bad('measurement.raw-value-mask', 'A mask over a raw value is not read here.')
  const digests = asArray(values.get(2) ?? [], 'measurement.digests').map((digest) => {
    const [algorithm, value] = asArray(digest, 'measurement.digests')
    return { algorithm: nameAlgorithm(algorithm), value: encodeHex(asBytes(value, 'measurement.digests')) }
  })
  return {
    identifiers: [...owner, ...parseKey(claim.get(0)), ...names],
    digests,
    ...(raw === undefined ? {} : { raw: encodeHex(readRaw(raw)) }),
  }
}

function parseKey(key: TaggedValue | undefined): string[] {
  if (key === undefined) return []
  if (typeof key === 'string') return [key]
  if (typeof key === 'number' && key >= 0) return [`claim${key}`]
  if (key instanceof Tagged && key.tag === TAG.uuid) {
    const hex = encodeHex(asBytes(key.value, 'measurement.mkey'))
    if (hex.length === 32) return [hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')]
  }
  throw bad('measurement.mkey', 'A measurement key is of a kind that is not read here.')
}

/** Raw bytes, tagged or not. A mask beside them would make part of them count: it is refused. */
function readRaw(raw: TaggedValue): Uint8Array {
  return asBytes(raw instanceof Tagged && raw.tag === TAG.rawBytes ? raw.value : raw, 'measurement.raw-value')
}

function nameAlgorithm(algorithm: TaggedValue | undefined): string {
  if (typeof algorithm === 'string' && algorithm !== '' && algorithm.length <= 64) return algorithm
  const name = typeof algorithm === 'number' ? ALGORITHMS[algorithm] : undefined
  if (name === undefined) throw bad('measurement.digests', 'A digest is of an unknown algorithm.')
  return name
}

function readTime(value: TaggedValue | undefined, path: string): number | undefined {
  if (value === undefined) return undefined
  const seconds = value instanceof Tagged && value.tag === TAG.time ? value.value : undefined
  if (typeof seconds !== 'number') throw bad(path, 'A time is not a tagged number of seconds.')
  return seconds
}

function asMap(value: TaggedValue | undefined, path: string): TaggedMap {
  if (value instanceof Map) return value
  throw bad(path, `${path} is not a map.`)
}

function asArray(value: TaggedValue | undefined, path: string): readonly TaggedValue[] {
  if (Array.isArray(value)) return value
  throw bad(path, `${path} is not an array.`)
}

function asBytes(value: TaggedValue | undefined, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw bad(path, `${path} is not a string of bytes.`)
}

function asText(value: TaggedValue, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw bad(path, `${path} is not a text.`)
}
