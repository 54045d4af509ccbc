/**
 * Records as JSON: `hash-value` lists every digest with its algorithm, `value` holds what a policy compares with. Both are
 * read; which one is written is the caller's choice.
 */
import { MAX_DIGESTS, PROOF_CHARACTERS, TEXT_CHARACTERS } from '../limits.ts'
import {
  at,
  checkCount,
  checkReferenceName,
  findMember,
  type JsonObject,
  type Place,
  readArray,
  readObject,
  readOptionalText,
  readText,
  refuse,
} from '../members.ts'
import { formatTime, parseTime } from './time.ts'
import type { AuditProof, JsonValue, ReferenceContent, ReferenceDigest, ReferenceRecord } from './types.ts'
import { policyValueOf } from './value.ts'

/** The only version of records and messages. */
export const RECORD_VERSION = '0.1.0'

export type RecordShape = 'hash-value' | 'value'

/** A record in one of the two stored shapes. */
export function encodeRecord(record: ReferenceRecord, shape: RecordShape): JsonObject {
  const { name, content, auditProof } = record
  const head = { version: RECORD_VERSION, name, expiration: formatTime(record.expiresAt) }
  if (shape === 'value') return { ...head, value: policyValueOf(record) }
  return {
    ...head,
    'hash-value': content.kind === 'digests' ? content.digests.map(encodeDigest) : [],
    ...(content.kind === 'value' ? { value: content.value } : {}),
    ...(auditProof === undefined ? {} : { audit_proof: encodeProof(auditProof) }),
  }
}

function encodeDigest({ algorithm, value, artifactVersion, auditProof }: ReferenceDigest): JsonObject {
  return {
    alg: algorithm,
    value,
    ...(artifactVersion === undefined ? {} : { artifact_version: artifactVersion }),
    ...(auditProof === undefined ? {} : { audit_proof: encodeProof(auditProof) }),
  }
}

function encodeProof({ backend, handle, eventHash, payloadHash, payloadBase64 }: AuditProof): JsonObject {
  return {
    backend,
    handle,
    event_hash: eventHash,
    ...(payloadHash === undefined ? {} : { payload_hash: payloadHash }),
    ...(payloadBase64 === undefined ? {} : { payload_b64: payloadBase64 }),
  }
}

/**
 * Reads a record of either shape.
 *
 * @throws AppraisalError REFERENCE_RECORD_INVALID, REFERENCE_NAME_INVALID, REFERENCE_LIMIT_EXCEEDED
 */
export function parseRecord(value: unknown, path = ''): ReferenceRecord {
  const place: Place = { code: 'REFERENCE_RECORD_INVALID', path }
  const object = readObject(value, place)
  const version = findMember(object, 'version')
  if (version !== RECORD_VERSION)
    throw refuse(at(place, 'version'), undefined, { expected: RECORD_VERSION, actual: version })
  const name = checkReferenceName(findMember(object, 'name'), at(place, 'name').path)
  const expiresAt = parseTime(findMember(object, 'expiration'), at(place, 'expiration'))
  const auditProof = parseProof(findMember(object, 'audit_proof'), at(place, 'audit_proof'))
  return { name, expiresAt, content: parseContent(object, place), ...(auditProof === undefined ? {} : { auditProof }) }
}

function parseContent(object: JsonObject, place: Place): ReferenceContent {
  const digests = findMember(object, 'hash-value')
  const value = findMember(object, 'value')
  if (digests === undefined && value === undefined) throw refuse(at(place, 'value'), 'The record has no value.')
  const listed = digests === undefined ? [] : readArray(digests, at(place, 'hash-value'), MAX_DIGESTS)
  if (value === undefined)
    return {
      kind: 'digests',
      digests: listed.map((digest, index) => parseDigest(digest, at(place, `hash-value.${index}`))),
    }
  if (listed.length > 0) throw refuse(at(place, 'value'), 'The record has both digests and a plain value.')
  return digests === undefined ? createContent(value as JsonValue) : { kind: 'value', value: value as JsonValue }
}

function parseDigest(value: unknown, place: Place): ReferenceDigest {
  const object = readObject(value, place)
  const artifactVersion = readOptionalText(object, 'artifact_version', place)
  const auditProof = parseProof(findMember(object, 'audit_proof'), at(place, 'audit_proof'))
  return {
    algorithm: readText(object, 'alg', place),
    value: readText(object, 'value', place),
    ...(artifactVersion === undefined ? {} : { artifactVersion }),
    ...(auditProof === undefined ? {} : { auditProof }),
  }
}

export function parseProof(value: unknown, place: Place): AuditProof | undefined {
  if (value === undefined || value === null) return undefined
  const object = readObject(value, place)
  const payloadHash = readOptionalText(object, 'payload_hash', place)
  const payloadBase64 = readOptionalText(object, 'payload_b64', place, PROOF_CHARACTERS)
  return {
    backend: readText(object, 'backend', place),
    handle: readText(object, 'handle', place),
    eventHash: readText(object, 'event_hash', place),
    ...(payloadHash === undefined ? {} : { payloadHash }),
    ...(payloadBase64 === undefined ? {} : { payloadBase64 }),
  }
}

/** Name of the algorithm that digests get which come without one. */
const UNNAMED_ALGORITHM = 'sha384'

/**
 * An array of texts is a list of digests, anything else a plain value; so is an array with a blank text, which is no digest.
 *
 * @throws AppraisalError REFERENCE_LIMIT_EXCEEDED
 */
export function createContent(value: JsonValue): ReferenceContent {
  if (!Array.isArray(value) || !value.every(isDigest)) return { kind: 'value', value }
  checkCount(value.length, MAX_DIGESTS, 'value')
  const digests = [...new Set<string>(value)].map((digest) => ({ algorithm: UNNAMED_ALGORITHM, value: digest }))
  return { kind: 'digests', digests }
}

function isDigest(value: JsonValue): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_CHARACTERS
}
