import { AppraisalError } from '../../errors.ts'
import { MAX_DIGESTS, MAX_RECORDS } from '../limits.ts'
import {
  at,
  checkReferenceName,
  findMember,
  type JsonObject,
  type Place,
  readArray,
  readObject,
  readText,
  refuse,
} from '../members.ts'

const TYPES = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']

/** One thing that was built, and its digests. */
export interface Subject {
  readonly name: string
  readonly digests: readonly { readonly algorithm: string; readonly value: string }[]
}

/** An in-toto statement with a SLSA predicate. */
export interface Statement {
  readonly subjects: readonly Subject[]
  /** The commit that was built, where the predicate names it in one of the known places. */
  readonly commit?: string
}

/**
 * Reads a statement: type v0.1 or v1, a predicate type that contains `slsa`, subjects (also spelt `subjects`) with a name
 * and at least one digest each. The predicate itself is not judged.
 *
 * @throws AppraisalError REFERENCE_STATEMENT_INVALID
 */
export function parseStatement(value: unknown, path: string): Statement {
  const place: Place = { code: 'REFERENCE_STATEMENT_INVALID', path }
  const object = readObject(value, place)
  const type = findMember(object, '_type')
  if (typeof type !== 'string' || !TYPES.includes(type))
    throw refuse(at(place, '_type'), undefined, { expected: TYPES, actual: type })
  const predicateType = findMember(object, 'predicateType')
  if (typeof predicateType !== 'string' || !predicateType.toLowerCase().includes('slsa'))
    throw refuse(at(place, 'predicateType'), undefined, { expected: 'a SLSA predicate type', actual: predicateType })
  const subjects = ['subject', 'subjects'].flatMap((name) =>
    readArray(findMember(object, name) ?? [], at(place, name), MAX_RECORDS).map((entry, index) =>
      parseSubject(entry, at(place, `${name}.${index}`)),
    ),
  )
  if (subjects.length === 0) throw refuse(at(place, 'subject'), 'The statement has no subject.')
  const commit = findCommit(object)
  return { subjects, ...(commit === undefined ? {} : { commit }) }
}

function parseSubject(value: unknown, place: Place): Subject {
  const object = readObject(value, place)
  const digest = readObject(findMember(object, 'digest'), at(place, 'digest'))
  const algorithms = Object.keys(digest)
  if (algorithms.length === 0) throw refuse(at(place, 'digest'), 'A subject has no digest.')
  if (algorithms.length > MAX_DIGESTS)
    throw new AppraisalError('REFERENCE_LIMIT_EXCEEDED', undefined, { details: { path: at(place, 'digest').path } })
  return {
    name: checkReferenceName(findMember(object, 'name'), at(place, 'name').path),
    digests: algorithms.map((algorithm) => ({ algorithm, value: readText(digest, algorithm, at(place, 'digest')) })),
  }
}

/** Where builders write the commit that they built; tags and branches can be moved and are not looked at. */
const COMMIT_PATHS = [
  'invocation.configSource.digest.sha1',
  'invocation.configSource.digest.sha',
  'materials.0.digest.sha1',
  'materials.0.digest.sha',
  'invocation.environment.github_sha',
  'invocation.environment.github_sha1',
  'invocation.environment.github_event_payload.head_commit.id',
  'invocation.environment.github_event_payload.commits.0.id',
  'invocation.environment.github_event_payload.after',
]

function findCommit(statement: JsonObject): string | undefined {
  for (const path of COMMIT_PATHS) {
    let value: unknown = findMember(statement, 'predicate')
    for (const name of path.split('.'))
      value = typeof value === 'object' && value !== null ? findMember(value as JsonObject, name) : undefined
    if (typeof value === 'string' && value.trim() !== '' && value.length <= 256) return value.trim()
  }
  return undefined
}
