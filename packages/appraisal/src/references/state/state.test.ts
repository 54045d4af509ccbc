import { describe, expect, test } from 'vitest'
import { AppraisalError } from '../../errors.ts'
import {
  changeReferences,
  createContent,
  createPolicyReferences,
  diffReferences,
  EMPTY_STATE,
  type JsonValue,
  joinSets,
  listPolicyValues,
  policyValueOf,
  type ReferenceChange,
  type ReferenceRecord,
  type ReferenceState,
} from '../index.ts'

const NOW = 1_800_000_000
const LATER = NOW + 1000

const record = (name: string, value: JsonValue, expiresAt = LATER): ReferenceRecord => ({
  name,
  expiresAt,
  content: createContent(value),
})

const apply = (state: ReferenceState, change: ReferenceChange, now = NOW): ReferenceState =>
  changeReferences(state, change, { now, by: 'ada', reason: 'because' })

const merge = (state: ReferenceState, ...records: ReferenceRecord[]) => apply(state, { operation: 'merge', records })

const values = (state: ReferenceState) =>
  Object.fromEntries([...state.records.values()].map((one) => [one.name, policyValueOf(one)]))

const refusal = (code: string) => expect.objectContaining({ code })

describe('changes', () => {
  test('digests join, the later expiry counts, and nothing is changed in place', () => {
    const before = merge(EMPTY_STATE, record('k', ['aa'], NOW + 50))
    const after = merge(before, record('k', ['bb', 'aa'], NOW + 20))
    expect(values(after)).toEqual({ k: ['aa', 'bb'] })
    expect(after.records.get('k')?.expiresAt).toBe(NOW + 50)
    expect(values(before)).toEqual({ k: ['aa'] })
  })

  test('values that have lapsed do not come back by joining', () => {
    const before = merge(EMPTY_STATE, record('k', ['aa'], NOW))
    expect(values(merge(before, record('k', ['bb'])))).toEqual({ k: ['bb'] })
  })

  test('replace is by name, replace-all is everything, delete is by name, a sequence is all of its changes', () => {
    const before = merge(EMPTY_STATE, record('a', ['1']), record('b', ['2']))
    expect(values(apply(before, { operation: 'replace', records: [record('a', ['3'])] }))).toEqual({
      a: ['3'],
      b: ['2'],
    })
    expect(values(apply(before, { operation: 'replace-all', records: [record('c', 7)] }))).toEqual({ c: 7 })
    expect(values(apply(before, { operation: 'delete', names: ['a'] }))).toEqual({ b: ['2'] })
    const changes: ReferenceChange[] = [
      { operation: 'delete', names: ['a'] },
      { operation: 'merge', records: [record('b', ['4'])] },
    ]
    expect(values(apply(before, { operation: 'sequence', changes }))).toEqual({ b: ['2', '4'] })
    expect(() => apply(before, { operation: 'delete', names: ['a', 'x'] })).toThrow(refusal('REFERENCE_NAME_UNKNOWN'))
  })

  test('REFERENCE_VALUE_REVOKED: a revoked digest is refused in any case, by any registration', () => {
    const before = merge(EMPTY_STATE, record('k', ['ab', 'cd']))
    const revoked = apply(before, { operation: 'revoke', name: 'k', values: ['AB'] })
    expect(values(revoked)).toEqual({ k: ['cd'] })
    expect(revoked.revocations).toEqual([{ name: 'k', value: 'AB', revokedAt: NOW, by: 'ada', reason: 'because' }])
    for (const operation of ['merge', 'replace', 'replace-all'] as const)
      expect(() => apply(revoked, { operation, records: [record('k', ['aB'])] })).toThrow(
        refusal('REFERENCE_VALUE_REVOKED'),
      )
    expect(values(merge(revoked, record('other', ['ab'])))).toEqual({ k: ['cd'], other: ['ab'] })
  })

  test('revoking all that a name has leaves the name with nothing acceptable', () => {
    for (const value of [['aa'], 7, { a: [1] }, null] as const) {
      const revoked = apply(merge(EMPTY_STATE, record('k', value)), { operation: 'revoke', name: 'k' })
      expect(values(revoked)).toEqual({ k: [] })
      expect(() => merge(revoked, record('k', value))).toThrow(refusal('REFERENCE_VALUE_REVOKED'))
    }
  })

  test('a value can be revoked before it was ever registered, and reinstated', () => {
    const revoked = apply(EMPTY_STATE, { operation: 'revoke', name: 'k', values: ['aa', 'bb'] })
    expect(() => merge(revoked, record('k', ['aa']))).toThrow(refusal('REFERENCE_VALUE_REVOKED'))
    const half = apply(revoked, { operation: 'reinstate', name: 'k', values: ['AA'] })
    expect(values(merge(half, record('k', ['aa'])))).toEqual({ k: ['aa'] })
    expect(() => merge(half, record('k', ['bb']))).toThrow(refusal('REFERENCE_VALUE_REVOKED'))
    expect(apply(half, { operation: 'reinstate', name: 'k' }).revocations).toEqual([])
    expect(() => apply(EMPTY_STATE, { operation: 'reinstate', name: 'k' })).toThrow(refusal('REFERENCE_NAME_UNKNOWN'))
    expect(() => apply(EMPTY_STATE, { operation: 'revoke', name: 'k' })).toThrow(refusal('REFERENCE_NAME_UNKNOWN'))
  })

  test('REFERENCE_LIMIT_EXCEEDED: names and digests are counted', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => record(`k${index}`, ['aa']))
    expect(() => merge(EMPTY_STATE, ...many)).toThrow(refusal('REFERENCE_LIMIT_EXCEEDED'))
    const digests = Array.from({ length: 4000 }, (_, index) => `${index}`)
    const before = merge(EMPTY_STATE, record('k', digests))
    expect(() =>
      merge(
        before,
        record(
          'k',
          digests.map((digest) => `x${digest}`),
        ),
      ),
    ).toThrow(refusal('REFERENCE_LIMIT_EXCEEDED'))
    expect(() => createContent([...digests, ...digests])).toThrow(AppraisalError)
  })
})

describe('what policies see', () => {
  const records = [record('live', ['aa']), record('lapsed', ['bb'], NOW), record('plain', 7)]

  test('lapsed values are hidden, and their name asks for what nobody has', () => {
    const seen = createPolicyReferences(records, NOW)
    expect(seen.data).toEqual({ live: ['aa'], lapsed: [], plain: 7 })
    expect(seen.lapsed).toEqual(['lapsed'])
    expect([seen.query('live'), seen.query('lapsed'), seen.query('absent')]).toEqual([['aa'], undefined, undefined])
    expect(listPolicyValues(records, NOW)).toEqual({ live: ['aa'], plain: 7 })
    expect(createPolicyReferences(records, NOW - 1).data).toEqual({ live: ['aa'], lapsed: ['bb'], plain: 7 })
  })

  test('names are data, whatever they spell', () => {
    const seen = createPolicyReferences([record('__proto__', ['aa']), record('toString', ['bb'])], NOW)
    expect(Object.keys(seen.data)).toEqual(['__proto__', 'toString'])
    expect(Object.getPrototypeOf(seen.data)).toBe(Object.prototype)
    expect(createPolicyReferences([], NOW).query('toString')).toBeUndefined()
  })
})

describe('sets', () => {
  const setOf = (name: string, records: ReferenceRecord[], expiresAt?: number) => ({
    name,
    records: new Map(records.map((one) => [one.name, one])),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })
  const seen = (...sets: ReturnType<typeof setOf>[]) => listPolicyValues(joinSets(sets, NOW), NOW)

  test('digests of all sets are in force, those of an expired set or record are not', () => {
    const a = setOf('a', [record('k', ['aa'])])
    const b = setOf('b', [record('k', ['bb']), record('n', 1)])
    expect(seen(a, b)).toEqual({ k: ['aa', 'bb'], n: 1 })
    expect(seen(b, a)).toEqual({ k: ['bb', 'aa'], n: 1 })
    expect(seen(a, { ...b, expiresAt: NOW })).toEqual({ k: ['aa'] })
    expect(seen({ ...a, expiresAt: NOW }, b)).toEqual({ k: ['bb'], n: 1 })
  })

  test('REFERENCE_NAME_TAKEN: a plain value stands in one set only', () => {
    const plain = setOf('a', [record('k', 7)])
    expect(() => seen(plain, setOf('b', [record('k', ['aa'])]))).toThrow(refusal('REFERENCE_NAME_TAKEN'))
    expect(() => seen(setOf('b', [record('k', ['aa'])]), plain)).toThrow(refusal('REFERENCE_NAME_TAKEN'))
  })
})

test('the difference between two states', () => {
  const before = merge(
    EMPTY_STATE,
    record('gone', ['1']),
    record('k', ['aa', 'bb']),
    record('same', 7),
    record('plain', 1),
  )
  const after = merge(
    EMPTY_STATE,
    record('came', ['2']),
    record('k', ['bb', 'cc'], LATER + 5),
    record('same', 7),
    record('plain', '1'),
  )
  const difference = diffReferences(before.records, after.records)
  expect(difference.added.map(({ name }) => name)).toEqual(['came'])
  expect(difference.removed.map(({ name }) => name)).toEqual(['gone'])
  expect(difference.changed).toEqual([
    { name: 'k', added: ['cc'], removed: ['aa'], expiresAt: { before: LATER, after: LATER + 5 } },
    { name: 'plain', added: ['1'], removed: [1] },
  ])
  expect(diffReferences(after.records, after.records)).toEqual({ added: [], removed: [], changed: [] })
})
