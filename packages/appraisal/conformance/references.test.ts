/**
 * The contract of reference value messages: what each must store, in both stored shapes, and what policies then see. Where this
 * project is stricter than the contract asks, the case is named in `STRICTER` with its reason.
 */
import { readFileSync } from 'node:fs'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { importPublicKey } from '@veritee/codec/signature'
import { describe, expect, test } from 'vitest'
import { AppraisalError } from '../src/index.ts'
import {
  addMonths,
  changeReferences,
  createPolicyReferences,
  EMPTY_STATE,
  encodeRecord,
  extractListItem,
  extractReferences,
  formatTime,
  listPolicyValues,
  type MaterialTrust,
  parseRecord,
  parseReferenceList,
  parseReferenceMessage,
  parseTime,
  policyValueOf,
  type RecordShape,
  type ReferenceRecord,
  type ReferenceState,
} from '../src/references/index.ts'

type Json = Record<string, unknown>
type Records = Json[] | null

interface Registration {
  id: string
  message: string
  openanolis: Records
  coco: Records
  policy_value?: Json
  openanolis_policy_value?: Json
  coco_policy_value?: Json
  error?: string
  advice?: string
  products?: Record<string, Record<string, string>>
}
interface Sequence {
  id: string
  messages: string[]
  message_times?: string[]
  openanolis_policy_value: Json
  coco_policy_value: Json
  openanolis_expiration?: string
  coco_expiration?: string
}
interface Listed {
  id: string
  payload: string
  files: Record<string, string>
  openanolis: Records
  stored_before?: Json[]
  error?: string
  signature_key_pem?: string
}
interface Golden {
  now: string
  register: Registration[]
  sequences: Sequence[]
  months: { from: string; plus_12_months: string }[]
  list: Listed[]
}

const golden = JSON.parse(readFileSync(new URL('./rvps.json', import.meta.url), 'utf8')) as Golden
const seconds = (text: string) => Math.floor(Date.parse(text) / 1000)
const NOW = seconds(golden.now)

/** Where ours is another outcome than the contract's, and why. */
const STRICTER = {
  'sample-null': 'a plain null is null to policies, never an empty list that could count as "nothing is asked"',
  'slsa-no-types': 'a statement that does not say what it is, is refused',
  'in-toto-bundle': 'what was verified is also stored: the products of the last step',
  'identical-keeps-expiry': 'registering the same again renews the expiry, or a periodic registration would lapse',
  'partial-failure': 'every item is read before any is stored',
} as const

/** What each word that the contract gives as the failing part is called here. */
const CODES: Record<string, readonly string[]> = {
  version: ['REFERENCE_VERSION_UNSUPPORTED', 'REFERENCE_LIST_INVALID'],
  payload: ['REFERENCE_PAYLOAD_INVALID'],
  type: ['REFERENCE_TYPE_UNKNOWN'],
  message: ['REFERENCE_MESSAGE_INVALID'],
  predicateType: ['REFERENCE_STATEMENT_INVALID'],
  _type: ['REFERENCE_STATEMENT_INVALID'],
  subject: ['REFERENCE_STATEMENT_INVALID'],
  digest: ['REFERENCE_STATEMENT_INVALID'],
  artifact_type: ['REFERENCE_PAYLOAD_INVALID'],
  signature: ['REFERENCE_SIGNATURE_INVALID'],
  expired: ['REFERENCE_LAYOUT_EXPIRED'],
  layout: ['REFERENCE_LAYOUT_MISSING'],
  rekor: ['REFERENCE_LOG_ENTRY_MISMATCH'],
  measurement: ['REFERENCE_MEASUREMENT_ABSENT'],
  schemaVersion: ['REFERENCE_MANIFEST_INVALID'],
  value: ['REFERENCE_MANIFEST_INVALID'],
  algorithm: ['REFERENCE_MANIFEST_INVALID'],
  format: ['REFERENCE_MATERIAL_UNSUPPORTED'],
  provenance_source: ['REFERENCE_LIST_INVALID'],
  operation_type: ['REFERENCE_LIST_INVALID'],
  rv_name: ['REFERENCE_LIST_INVALID'],
}

const context = (now: number) => ({ now, by: 'contract', reason: 'contract' })

async function register(message: string, now = NOW): Promise<ReferenceRecord[]> {
  return extractReferences(parseReferenceMessage(message), { now })
}

/** Records in a stored shape, in an order that does not depend on the input's. */
function stored(records: Iterable<ReferenceRecord>, shape: RecordShape): Json[] {
  return sortRecords([...records].map((record) => encodeRecord(record, shape) as Json))
}

function sortRecords(records: Json[]): Json[] {
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  return records
    .map((record) =>
      'hash-value' in record ? { ...record, 'hash-value': [...(record['hash-value'] as Json[])].sort(byText) } : record,
    )
    .sort((a, b) => ((a['name'] as string) < (b['name'] as string) ? -1 : 1))
}

async function refusalOf(work: () => unknown): Promise<AppraisalError> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(AppraisalError)
    return error as AppraisalError
  }
  throw new Error('nothing was refused')
}

function expectRefusal(error: AppraisalError, word: string): void {
  expect(CODES[word]).toContain(error.code)
  expect(`${error.details.path} ${error.code}`.toLowerCase()).toContain(word.toLowerCase())
}

describe('register', () => {
  const held = golden.register.filter(({ id, error }) => error === undefined && !(id in STRICTER))
  test.each(held.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    const records = await register(entry.message)
    if (entry.openanolis !== null) expect(stored(records, 'hash-value')).toEqual(sortRecords(entry.openanolis))
    if (entry.coco !== null) expect(stored(records, 'value')).toEqual(sortRecords(entry.coco))
    const state = changeReferences(EMPTY_STATE, { operation: 'merge', records }, context(NOW))
    if (entry.policy_value !== undefined) {
      expect(createPolicyReferences(state.records.values(), NOW).data).toEqual(entry.policy_value)
      expect(listPolicyValues(state.records.values(), NOW)).toEqual(entry.policy_value)
    }
  })

  test.each(golden.register.filter(({ error }) => error !== undefined).map((entry) => [entry.id, entry] as const))(
    'refuses %s',
    async (_, entry) => expectRefusal(await refusalOf(() => register(entry.message)), entry.error as string),
  )

  const find = (id: keyof typeof STRICTER) => golden.register.find((entry) => entry.id === id) as Registration

  test(`sample-null: ${STRICTER['sample-null']}`, async () => {
    const entry = find('sample-null')
    const records = await register(entry.message)
    expect(stored(records, 'hash-value')).toEqual(entry.openanolis)
    expect(stored(records, 'value')).toEqual(entry.coco)
    const values = Object.fromEntries(records.map((record) => [record.name, policyValueOf(record)]))
    expect(values).toEqual(entry.coco_policy_value)
    expect(values).not.toEqual(entry.openanolis_policy_value)
  })

  test(`slsa-no-types: ${STRICTER['slsa-no-types']}`, async () => {
    const entry = find('slsa-no-types')
    expect(entry.advice).toBe('refuse')
    expectRefusal(await refusalOf(() => register(entry.message)), '_type')
  })

  test(`in-toto-bundle: ${STRICTER['in-toto-bundle']}`, async () => {
    const entry = find('in-toto-bundle')
    const records = await register(entry.message)
    const digests = records.map(({ name, content }) => [
      name,
      Object.fromEntries(
        content.kind === 'digests' ? content.digests.map(({ algorithm, value }) => [algorithm, value]) : [],
      ),
    ])
    expect(Object.fromEntries(digests)).toEqual(entry.products)
  })
})

test.each(
  golden.register
    .flatMap((entry) => [...(entry.openanolis ?? []), ...(entry.coco ?? [])])
    .map((record) => [record['name'], record] as const),
)('a stored record of %s is read back as it was', (_, record) => {
  const shape = 'hash-value' in record ? 'hash-value' : 'value'
  expect(encodeRecord(parseRecord(record), shape)).toEqual(record)
})

describe('sequences', () => {
  const play = async (
    sequence: Sequence,
    operation: 'merge' | 'replace',
  ): Promise<{ state: ReferenceState; now: number }> => {
    let state = EMPTY_STATE
    let now = NOW
    for (const [index, message] of sequence.messages.entries()) {
      now = seconds(sequence.message_times?.[index] ?? golden.now)
      state = changeReferences(state, { operation, records: await register(message, now) }, context(now))
    }
    return { state, now }
  }

  test.each(golden.sequences.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    for (const [operation, wanted] of [
      ['merge', entry.openanolis_policy_value],
      ['replace', entry.coco_policy_value],
    ] as const) {
      const { state, now } = await play(entry, operation)
      expect(createPolicyReferences(state.records.values(), now).data).toEqual(wanted)
    }
  })

  test(`identical-keeps-expiry: ${STRICTER['identical-keeps-expiry']}`, async () => {
    const entry = golden.sequences.find(({ id }) => id === 'identical-keeps-expiry') as Sequence
    for (const operation of ['merge', 'replace'] as const) {
      const { state } = await play(entry, operation)
      const expiry = formatTime(state.records.get('n')?.expiresAt as number)
      expect(expiry).toBe(entry.coco_expiration)
      expect(expiry).not.toBe(entry.openanolis_expiration)
    }
  })
})

test.each(golden.months)('twelve calendar months after $from', ({ from, plus_12_months }) => {
  expect(formatTime(addMonths(parseTime(from, { code: 'REFERENCE_RECORD_INVALID', path: 'from' })))).toBe(
    plus_12_months,
  )
})

describe('list', () => {
  const unsigned: MaterialTrust = { keys: [], allowUnsigned: true }

  /** Reads every item before it changes anything, as the service does. */
  async function apply(entry: Listed, trust: MaterialTrust): Promise<ReferenceState> {
    const items = parseReferenceList(entry.payload)
    let state: ReferenceState = {
      ...EMPTY_STATE,
      records: new Map(entry.stored_before?.map((record) => [record['name'] as string, parseRecord(record)])),
    }
    const read = await Promise.all(
      items.map(async (item) => ({
        item,
        record: await extractListItem(item, encodeUtf8(entry.files[item.source.uri] ?? ''), trust, NOW),
      })),
    )
    for (const { item, record } of read) {
      const operation = item.operation === 'refresh' ? 'replace' : 'merge'
      state = changeReferences(state, { operation, records: [record] }, context(NOW))
    }
    return state
  }

  const held = golden.list.filter(({ error }) => error === undefined)
  test.each(held.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    const state = await apply(entry, unsigned)
    expect(stored(state.records.values(), 'hash-value')).toEqual(sortRecords(entry.openanolis ?? []))
  })

  test.each(golden.list.filter(({ error }) => error !== undefined).map((entry) => [entry.id, entry] as const))(
    'refuses %s',
    async (_, entry) => expectRefusal(await refusalOf(() => apply(entry, unsigned)), entry.error as string),
  )

  test(`partial-failure: ${STRICTER['partial-failure']}`, async () => {
    const entry = golden.list.find(({ id }) => id === 'partial-failure') as Listed
    expect(entry.openanolis).toHaveLength(1)
    expectRefusal(await refusalOf(() => apply(entry, unsigned)), entry.error as string)
  })

  const pem = golden.list.find(({ signature_key_pem }) => signature_key_pem !== undefined)?.signature_key_pem as string
  const key = importPublicKey({ kind: 'spki', der: parsePem(pem)[0]?.der as Uint8Array })

  test('manifest-dsse: signed by the key that is trusted', async () => {
    const entry = golden.list.find(({ id }) => id === 'manifest-dsse') as Listed
    const state = await apply(entry, { keys: [key] })
    expect(stored(state.records.values(), 'hash-value')).toEqual(sortRecords(entry.openanolis ?? []))
  })

  test.each(held.map((entry) => [entry.id, entry] as const))(
    'stricter, %s: material without a trusted signature is refused until that is allowed by name',
    async (_, entry) => {
      const error = await refusalOf(() => apply(entry, { keys: [] }))
      const enveloped = Object.values(entry.files).some((file) => file.includes('"signatures"'))
      expect(error.code).toBe(enveloped ? 'REFERENCE_SIGNATURE_UNTRUSTED' : 'REFERENCE_SIGNATURE_REQUIRED')
    },
  )
})
