/** Reading of JSON that someone else wrote: every refusal says which member, and is an error of this package. */
import { decodeBase64, decodeBase64Url, decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { AppraisalError } from '../errors.ts'
import type { ReferenceErrorCode } from './codes.ts'
import { MESSAGE_BYTES, NAME_BYTES, TEXT_CHARACTERS } from './limits.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** What a reader says of what it refuses. */
export interface Place {
  readonly code: ReferenceErrorCode
  /** Dotted path of the member. */
  readonly path: string
}

export const at = (place: Place, name: string): Place => ({
  code: place.code,
  path: place.path === '' ? name : `${place.path}.${name}`,
})

export function refuse(place: Place, message?: string, details: Record<string, unknown> = {}): AppraisalError {
  return new AppraisalError(place.code, message, { details: { path: place.path, ...details } })
}

/** Runs `read`; what the decoders below throw becomes a refusal at `place`. */
export function within<T>(place: Place, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!isCodedError(cause) || cause instanceof AppraisalError) throw cause
    throw new AppraisalError(place.code, `${place.path || 'the text'}: ${cause.message}`, {
      cause,
      details: { path: place.path, reason: cause.code },
    })
  }
}

export function readJson(text: string | Uint8Array, place: Place): unknown {
  if (text.length > MESSAGE_BYTES)
    throw new AppraisalError('REFERENCE_LIMIT_EXCEEDED', undefined, {
      details: { path: place.path, expected: `at most ${MESSAGE_BYTES} bytes`, actual: text.length },
    })
  return within(place, () => parseJson(text, { maxBytes: MESSAGE_BYTES }))
}

export function readObject(value: unknown, place: Place): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(place, `${place.path || 'The text'} is not an object.`, { expected: 'an object' })
  return value as JsonObject
}

/** A member that is there, or undefined; never one that every object inherits. */
export function findMember(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** A text that is there and not blank. */
export function readText(object: JsonObject, name: string, place: Place, limit: number = TEXT_CHARACTERS): string {
  const value = findMember(object, name)
  const there = at(place, name)
  if (typeof value !== 'string') throw refuse(there, `${there.path} is not a text.`, { expected: 'a text' })
  if (value.trim() === '') throw refuse(there, `${there.path} is empty.`, { expected: 'a text that is not empty' })
  if (value.length > limit)
    throw refuse(there, `${there.path} is too long.`, { expected: `at most ${limit} characters` })
  return value
}

export function readOptionalText(object: JsonObject, name: string, place: Place, limit?: number): string | undefined {
  const value = findMember(object, name)
  return value === undefined || value === null ? undefined : readText(object, name, place, limit)
}

export function readArray(value: unknown, place: Place, limit: number): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(place, `${place.path} is not an array.`, { expected: 'an array' })
  checkCount(value.length, limit, place.path)
  return value
}

export function checkCount(count: number, limit: number, path: string): void {
  if (count <= limit) return
  throw new AppraisalError('REFERENCE_LIMIT_EXCEEDED', undefined, {
    details: { path, expected: `at most ${limit}`, actual: count },
  })
}

/** Bytes of standard base64 with padding. */
export function readBase64(text: string, place: Place): Uint8Array {
  return within(place, () => decodeBase64(text))
}

/** Bytes of base64 in either alphabet, padded or not, as signed envelopes carry it. */
export function readAnyBase64(text: string, place: Place): Uint8Array {
  return within(place, () =>
    /[-_]/.test(text) || text.length % 4 !== 0 ? decodeBase64Url(text.replace(/=+$/, '')) : decodeBase64(text),
  )
}

export function readUtf8(bytes: Uint8Array, place: Place): string {
  return within(place, () => decodeUtf8(bytes))
}

/**
 * A name as a policy will ask for it: any text of 1 to 512 bytes without control characters.
 *
 * @throws AppraisalError REFERENCE_NAME_INVALID
 */
export function checkReferenceName(name: unknown, path: string): string {
  const good =
    typeof name === 'string' &&
    name.trim() !== '' &&
    !/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(name) &&
    encodeUtf8(name).length <= NAME_BYTES
  if (good) return name
  throw new AppraisalError('REFERENCE_NAME_INVALID', undefined, {
    details: { path, actual: typeof name === 'string' ? name.slice(0, 64) : typeof name },
  })
}
