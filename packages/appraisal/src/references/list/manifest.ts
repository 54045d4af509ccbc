import { DIGEST_BYTES } from '@veritee/codec/hash'
import { AppraisalError } from '../../errors.ts'
import { MAX_RECORDS } from '../limits.ts'
import { at, checkCount, findMember, type Place, readObject, refuse } from '../members.ts'
import type { ReferenceDigest } from '../record/types.ts'

const ALGORITHMS = ['sha256', 'sha384'] as const

export function isManifest(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'schemaVersion') &&
    Object.hasOwn(value, 'measurements')
  )
}

/**
 * Reads a release manifest: `schemaVersion` 1 and measurements by name, each a SHA-256 or SHA-384 in lower-case hexadecimal.
 * One malformed measurement spoils the manifest.
 *
 * @throws AppraisalError REFERENCE_MANIFEST_INVALID
 */
export function parseManifest(value: unknown, path: string): ReadonlyMap<string, ReferenceDigest> {
  const place: Place = { code: 'REFERENCE_MANIFEST_INVALID', path }
  const object = readObject(value, place)
  const version = findMember(object, 'schemaVersion')
  if (version !== 1) throw refuse(at(place, 'schemaVersion'), undefined, { expected: 1, actual: version })
  const measurements = readObject(findMember(object, 'measurements'), at(place, 'measurements'))
  const names = Object.keys(measurements)
  checkCount(names.length, MAX_RECORDS, at(place, 'measurements').path)
  if (names.length === 0) throw refuse(at(place, 'measurements'), 'The manifest measures nothing.')
  return new Map(names.map((name) => [name, parseMeasurement(measurements[name], at(place, `measurements.${name}`))]))
}

function parseMeasurement(value: unknown, place: Place): ReferenceDigest {
  const object = readObject(value, place)
  const given = findMember(object, 'algorithm')
  const algorithm = ALGORITHMS.find((name) => typeof given === 'string' && name === given.toLowerCase())
  if (algorithm === undefined) throw refuse(at(place, 'algorithm'), undefined, { expected: ALGORITHMS, actual: given })
  const digest = findMember(object, 'value')
  const length = DIGEST_BYTES[algorithm] * 2
  if (typeof digest !== 'string' || digest.length !== length || !/^[0-9a-f]+$/.test(digest))
    throw refuse(at(place, 'value'), undefined, { expected: `${length} lower-case hexadecimal digits` })
  return { algorithm, value: digest }
}

/** @throws AppraisalError REFERENCE_MEASUREMENT_ABSENT */
export function absent(id: string, known: readonly string[]): AppraisalError {
  return new AppraisalError('REFERENCE_MEASUREMENT_ABSENT', undefined, {
    details: { path: 'measurement', expected: id, actual: known.slice(0, 32) },
  })
}
