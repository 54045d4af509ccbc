/** Whatever is sent: an answer, or an error of this package. */
import { encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppraisalError } from '../errors.ts'
import {
  changeReferences,
  checkSetName,
  createContent,
  EMPTY_STATE,
  EXTRACTORS,
  encodeRecord,
  extractListItem,
  extractReferences,
  type JsonValue,
  parseRecord,
  parseReferenceList,
  parseReferenceMessage,
  policyValueOf,
  type ReferenceRecord,
} from './index.ts'

const NOW = 1_800_000_000
const runs = { numRuns: 200 }

async function onlyOurErrors(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(AppraisalError)
  }
}

/** Pieces that the formats are made of, put together at random. */
const words = fc.constantFrom(
  '_type',
  'predicateType',
  'subject',
  'digest',
  'name',
  'files',
  'version',
  '0.9',
  'steps',
  'keys',
  'payload',
  'payloadType',
  'signatures',
  'sig',
  'dsseEnvelope',
  'rekorEntryV1',
  'body',
  'kind',
  'dsse',
  'spec',
  'schemaVersion',
  'measurements',
  'algorithm',
  'sha256',
  'value',
  '__proto__',
  'constructor',
  'rv_list',
  'slsa_provenance',
  'artifact_type',
  'e30=',
)
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    words,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    tie('array'),
    tie('object'),
  ),
  array: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(words, tie('value'), { maxKeys: 6, noNullPrototype: true }),
})).value

const text = json.map((value) => JSON.stringify(value))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  text.map(encodeUtf8),
  fc.string().map((part) => encodeUtf8(`<a ${part}>${part}</a>`)),
)

describe('only errors of this package', () => {
  test('messages and payloads of every type', async () => {
    const payload = fc.oneof(text, fc.string(), bytes.map(encodeBase64))
    const type = fc.constantFrom(...EXTRACTORS, 'other')
    await fc.assert(
      fc.asyncProperty(type, payload, (kind, content) =>
        onlyOurErrors(() =>
          extractReferences(parseReferenceMessage(JSON.stringify({ type: kind, payload: content })), { now: NOW }),
        ),
      ),
      { numRuns: 1000 },
    )
  })

  test('what is no message, no list, no record, no name of a set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, text, fc.string()), async (value) => {
        await onlyOurErrors(() => parseReferenceMessage(value))
        await onlyOurErrors(() => parseReferenceList(value))
        await onlyOurErrors(() => parseRecord(value))
        await onlyOurErrors(() => checkSetName(value))
      }),
      runs,
    )
  })

  test('provenance material', async () => {
    const item = (type: string) =>
      parseReferenceList({
        rv_list: [
          {
            id: 'a',
            version: '1',
            type: 't',
            provenance_info: { type },
            provenance_source: { protocol: 'file', uri: 'x' },
            operation_type: 'add',
          },
        ],
      })[0] as ReturnType<typeof parseReferenceList>[number]
    const items = ['rv-release-manifest', 'slsa-intoto-statements'].map(item)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...items), bytes, fc.boolean(), (one, material, allowUnsigned) =>
        onlyOurErrors(() => extractListItem(one, material, { keys: [], allowUnsigned }, NOW)),
      ),
      { numRuns: 500 },
    )
  })
})

const names = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => name.trim() !== '' && !/[\p{Cc}]/u.test(name))
const record: fc.Arbitrary<ReferenceRecord> = fc.record({
  name: names,
  expiresAt: fc.integer({ min: 1, max: 4_000_000_000 }),
  content: fc.jsonValue({ maxDepth: 3, noUnicodeString: true }).map((value) => createContent(value as JsonValue)),
})

describe('records', () => {
  test('both shapes give back what policies see', () => {
    fc.assert(
      fc.property(record, (one) => {
        for (const shape of ['hash-value', 'value'] as const) {
          const read = parseRecord(JSON.parse(JSON.stringify(encodeRecord(one, shape))))
          expect({ ...read, content: policyValueOf(read) }).toEqual({
            ...one,
            content: JSON.parse(JSON.stringify(policyValueOf(one))),
          })
        }
      }),
      runs,
    )
  })

  test('joining is the same in any order, but for the order of digests', () => {
    const digests = fc.array(fc.constantFrom('aa', 'bb', 'cc', 'dd'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(digests, { maxLength: 5 }), (lists) => {
        const join = (order: readonly string[][]) => {
          const records = order.map((list) => ({ name: 'k', expiresAt: NOW + 1, content: createContent(list) }))
          const state = changeReferences(EMPTY_STATE, { operation: 'merge', records }, { now: NOW, by: '', reason: '' })
          const found = state.records.get('k')
          return found === undefined ? [] : (policyValueOf(found) as string[]).toSorted()
        }
        expect(join(lists)).toEqual(join(lists.toReversed()))
        expect(join(lists)).toEqual([...new Set(lists.flat())].sort())
      }),
      runs,
    )
  })

  test('what was revoked is never seen again, whatever is done but reinstating', () => {
    const step = fc.oneof(
      fc.record({
        operation: fc.constantFrom('merge' as const, 'replace' as const, 'replace-all' as const),
        list: fc.array(fc.constantFrom('aa', 'AA', 'bb', 'cc')),
      }),
      fc.record({ operation: fc.constant('delete' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const context = { now: NOW, by: '', reason: '' }
        let state = changeReferences(EMPTY_STATE, { operation: 'revoke', name: 'k', values: ['aa'] }, context)
        for (const one of steps) {
          try {
            state =
              one.operation === 'delete'
                ? changeReferences(state, { operation: 'delete', names: ['k'] }, context)
                : changeReferences(
                    state,
                    {
                      operation: one.operation,
                      records: [{ name: 'k', expiresAt: NOW + 1, content: createContent(one.list) }],
                    },
                    context,
                  )
          } catch (error) {
            expect(error).toBeInstanceOf(AppraisalError)
          }
          const found = state.records.get('k')
          const seen = found === undefined ? [] : (policyValueOf(found) as string[])
          expect(seen.map((value) => value.toLowerCase())).not.toContain('aa')
        }
      }),
      runs,
    )
  })
})
