import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { concatBytes, decodeBase64, decodeHex, encodeHex, encodeUtf8, u32le } from '../bytes/index.ts'
import { CodecError } from '../errors.ts'
import { EVENT_DIGESTS } from './algorithms.ts'
import {
  describeEventLog,
  digestMatchesEvent,
  type EventDigestAlgorithm,
  encodeEventLogHeader,
  encodeLogEvent,
  encodeRuntimeEvent,
  isHashedAsLogged,
  parseEventLog,
  parseRuntimeEvent,
  parseRuntimeText,
  replayEventLog,
} from './index.ts'

const refusal = (code: string) => expect.objectContaining({ code })
const both: EventDigestAlgorithm[] = ['SHA-256', 'SHA-384']
const header = encodeEventLogHeader(both)
const text = (words: string) => encodeUtf8(words)
const ones = (count: number) => new Uint8Array(count).fill(0xff)

describe('parseEventLog and replayEventLog', () => {
  const log = concatBytes(
    header,
    encodeLogEvent(1, 0x80000007, text('first'), both),
    encodeLogEvent(1, 4, u32le(0), ['SHA-384']),
    encodeLogEvent(1, 3, text('nothing'), both),
    encodeLogEvent(0xffffffff, 1, text('nowhere'), both),
    encodeLogEvent(4, 6, text('other'), both),
  )

  test('events, registers, and which events the registers vouch for', () => {
    const parsed = parseEventLog(log)
    expect(parsed).toMatchObject({ format: 'agile', algorithms: both })
    expect(parsed.events.map((event) => [event.sequence, event.index, event.typeName])).toEqual([
      [0, 1, 'EV_EFI_ACTION'],
      [1, 1, 'EV_SEPARATOR'],
      [2, 1, 'EV_NO_ACTION'],
      [3, 0xffffffff, 'EV_POST_CODE'],
      [4, 4, 'EV_EVENT_TAG'],
    ])
    const { hash } = EVENT_DIGESTS['SHA-384']
    const first = hash(new Uint8Array(48), hash(text('first')))
    const wide = replayEventLog(parsed, 'SHA-384')
    expect(wide.registers.get(1)).toEqual(hash(first, hash(u32le(0))))
    expect([...wide.registers.keys()]).toEqual([1, 4])
    expect(wide.unbound.map((event) => event.sequence)).toEqual([2, 3])
    const narrow = replayEventLog(parsed, 'SHA-256')
    expect(narrow.bound.map((event) => event.sequence)).toEqual([0, 4])
    expect(narrow.unbound.map((event) => event.sequence)).toEqual([1, 2, 3])
    expect(() => replayEventLog(parsed, 'SM3')).toThrow(refusal('CODEC_EVENTLOG_ALGORITHM_UNKNOWN'))
  })

  test.each([
    ['its bytes', new Uint8Array(0)],
    ['eight ones', ones(8)],
    ['padding of ones', ones(1000)],
    ['padding of zeros', new Uint8Array(1000)],
    ['less than a mark', ones(3)],
  ])('a log ends with %s', (_, tail) => {
    expect(parseEventLog(concatBytes(log, tail)).events).toHaveLength(5)
  })

  const wrongWidth = header.slice()
  wrongWidth[32 + 16 + 8 + 4 + 2] = 33
  const twice = encodeEventLogHeader(['SHA-256', 'SHA-256'])
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'CODEC_EVENTLOG_INVALID'],
    ['something behind the end', concatBytes(log, ones(8), Uint8Array.of(1)), 'CODEC_EVENTLOG_INVALID'],
    ['zeros behind the end', concatBytes(log, ones(8), new Uint8Array(8)), 'CODEC_EVENTLOG_INVALID'],
    [
      'a digest that the header does not name',
      concatBytes(header, encodeLogEvent(1, 4, u32le(0), ['SM3'])),
      'CODEC_EVENTLOG_INVALID',
    ],
    ['more digests than the header names', concatBytes(header, u32le(1), u32le(4), u32le(3)), 'CODEC_EVENTLOG_INVALID'],
    ['a billion digests', concatBytes(header, u32le(1), u32le(4), u32le(0x3fffffff)), 'CODEC_EVENTLOG_INVALID'],
    [
      'two digests of one algorithm',
      concatBytes(
        header,
        u32le(1),
        u32le(4),
        u32le(2),
        ...[1, 2].flatMap(() => [Uint8Array.of(0x0b, 0), new Uint8Array(32)]),
        u32le(0),
      ),
      'CODEC_EVENTLOG_INVALID',
    ],
    ['a header with a wrong width', wrongWidth, 'CODEC_EVENTLOG_INVALID'],
    ['a header that names an algorithm twice', twice, 'CODEC_EVENTLOG_INVALID'],
    ['a header without algorithms', encodeEventLogHeader([]), 'CODEC_EVENTLOG_INVALID'],
    [
      'an event longer than the log',
      concatBytes(header, u32le(1), u32le(4), u32le(0), u32le(0xfffffff0)),
      'CODEC_BYTES_TRUNCATED',
    ],
    ['a log cut within an event', log.subarray(0, log.length - 3), 'CODEC_BYTES_TRUNCATED'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseEventLog(bytes)).toThrow(refusal(code))
  })

  test('bounds size and events', () => {
    expect(() => parseEventLog(log, { maxEvents: 4 })).toThrow(refusal('CODEC_EVENTLOG_LIMIT'))
    expect(() => parseEventLog(log, { maxBytes: log.length - 1 })).toThrow(refusal('CODEC_EVENTLOG_LIMIT'))
    expect(parseEventLog(log, { maxEvents: 5, maxBytes: log.length }).events).toHaveLength(5)
  })

  const locality = (value: number) =>
    encodeLogEvent(0, 3, concatBytes(text('StartupLocality\0'), Uint8Array.of(value)), both)
  test('a TPM begins PCR 0 with its startup locality and PCRs 17 to 22 with ones', () => {
    const boot = encodeLogEvent(0, 8, text('firmware'), both)
    const late = encodeLogEvent(17, 8, text('launch'), both)
    const parsed = parseEventLog(concatBytes(header, locality(3), boot, late))
    const { hash } = EVENT_DIGESTS['SHA-256']
    const start = new Uint8Array(32)
    start[31] = 3
    const tpm = replayEventLog(parsed, 'SHA-256', { registers: 'tpm' }).registers
    expect(tpm.get(0)).toEqual(hash(start, hash(text('firmware'))))
    expect(tpm.get(17)).toEqual(hash(ones(32), hash(text('launch'))))
    const cc = replayEventLog(parsed, 'SHA-256').registers
    expect(cc.get(0)).toEqual(hash(new Uint8Array(32), hash(text('firmware'))))
    expect(cc.get(17)).toEqual(hash(new Uint8Array(32), hash(text('launch'))))
    const silent = replayEventLog(parseEventLog(concatBytes(header, locality(4))), 'SHA-256', { registers: 'tpm' })
    expect(silent.registers.get(0)![31]).toBe(4)
    const spoofs = [
      concatBytes(header, boot, locality(3)),
      concatBytes(header, locality(3), locality(0)),
      concatBytes(header, locality(1), boot),
      concatBytes(header, locality(255), boot),
    ]
    for (const spoof of spoofs) {
      expect(() => replayEventLog(parseEventLog(spoof), 'SHA-256', { registers: 'tpm' })).toThrow(
        refusal('CODEC_EVENTLOG_INVALID'),
      )
    }
  })

  test('random changes meet no foreign error', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(edits, fc.nat(log.length), (changes, length) => {
        const mutant = log.slice(0, Math.max(1, length))
        for (const [at, byte] of changes) mutant[at % mutant.length] = byte
        try {
          const parsed = parseEventLog(mutant)
          describeEventLog(parsed)
          for (const event of parsed.events) parseRuntimeEvent(event)
          for (const algorithm of parsed.algorithms) replayEventLog(parsed, algorithm, { registers: 'tpm' })
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe.skipIf(!haveVectors)(`real logs${vectorsAbsent}`, () => {
  const withoutMatch = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, member) => (key === 'digest_matches_event' ? undefined : member)))

  test.each(['CCEL_data', 'CCEL_data_csv', 'CCEL_data_grub', 'CCEL_data_ovmf', 'CCEL_AAEL_alibabacloud'])(
    '%s reads as its parsed form',
    (name) => {
      const parsed = parseEventLog(readVector(`eventlog/${name}`))
      expect(withoutMatch(describeEventLog(parsed))).toEqual(readVectorJson(`eventlog/${name}_out.json`))
    },
  )

  test.each([
    ['CCEL_data', 1, '2dc71230', '43f4'],
    ['CCEL_data', 2, '0fa3be56', 'd3cf'],
    ['CCEL_data_ovmf', 1, '8566f998', 'e193'],
    ['CCEL_data_ovmf', 2, '775b9f6b', '13c6'],
    ['CCEL_data_ovmf', 3, '94eaf7a7', 'f34a'],
    ['CCEL_data_grub', 1, 'cec0a104', 'bd79'],
    ['CCEL_data_grub', 2, '6c289e0c', 'b670'],
    ['CCEL_data_grub', 3, '08919d01', 'd31e'],
  ])('%s replays to its register %i', (name, index, begin, end) => {
    const { registers } = replayEventLog(parseEventLog(readVector(`eventlog/${name}`)), 'SHA-384')
    expect(encodeHex(registers.get(index)!)).toMatch(new RegExp(`^${begin}.*${end}$`))
  })

  test.each(['tpm-debian-10', 'tpm-rhel8-uefi', 'tpm-ubuntu-2404-amd-sevsnp'])('%s reads and replays', (name) => {
    const parsed = parseEventLog(readVector(`eventlog/${name}.bin`))
    expect(parsed.events.length).toBeGreaterThan(20)
    for (const algorithm of parsed.algorithms) {
      const { registers } = replayEventLog(parsed, algorithm, { registers: 'tpm' })
      expect(registers.has(7)).toBe(true)
    }
  })

  test.each([
    'CCEL_data_grub',
    'CCEL_data_ovmf',
    'CCEL_AAEL_alibabacloud',
    'tpm-rhel8-uefi',
    'tpm-ubuntu-2404-amd-sevsnp',
  ])('the data of %s is what was hashed where its type says so', (name) => {
    const parsed = parseEventLog(readVector(name.startsWith('tpm') ? `eventlog/${name}.bin` : `eventlog/${name}`))
    const said = parsed.events.filter(isHashedAsLogged)
    expect(said.length).toBeGreaterThan(5)
    for (const event of said) {
      for (const algorithm of event.digests.keys()) {
        expect([event.sequence, event.typeName, digestMatchesEvent(event, algorithm)]).toEqual([
          event.sequence,
          event.typeName,
          true,
        ])
      }
    }
  })
})

interface AaelVectors {
  readonly cases: readonly {
    readonly domain: string
    readonly operation: string
    readonly content: string
    readonly text: string
    readonly tagged_event_hex: string
    readonly digests: Readonly<Record<string, string>>
    readonly claims_details: unknown
    readonly entries: Readonly<Record<string, { readonly index: number; readonly tcg2_hex: string }>>
  }[]
  readonly refused: readonly { readonly domain: string; readonly operation: string; readonly content: string }[]
  readonly parse_errors: readonly { readonly text: string }[]
  readonly logs: readonly {
    readonly alg_name: EventDigestAlgorithm
    readonly index: number
    readonly register_hex: string
    readonly log_b64: string
    readonly entries: readonly string[]
  }[]
  readonly broken_logs: readonly {
    readonly id: string
    readonly alg: string
    readonly index: number
    readonly register_hex: string
    readonly log_b64: string
    readonly expect: string
  }[]
}

const NAMES: Readonly<Record<string, EventDigestAlgorithm>> = {
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  sm3: 'SM3',
}

describe.skipIf(!haveVectors)(`runtime events${vectorsAbsent}`, () => {
  const vectors = haveVectors
    ? readVectorJson<AaelVectors>('contract/aael.json')
    : { cases: [], refused: [], parse_errors: [], logs: [], broken_logs: [] }

  test.each(vectors.cases)('$domain $operation', (vector) => {
    const event = encodeRuntimeEvent(vector)
    expect(encodeHex(event)).toBe(vector.tagged_event_hex)
    for (const [name, hex] of Object.entries(vector.digests)) {
      expect(encodeHex(EVENT_DIGESTS[NAMES[name]!].hash(event))).toBe(hex)
    }
    for (const [name, { index, tcg2_hex }] of Object.entries(vector.entries)) {
      const entry = encodeLogEvent(index, 6, event, [NAMES[name]!])
      expect(encodeHex(entry)).toBe(tcg2_hex)
      const [read] = parseEventLog(concatBytes(encodeEventLogHeader([NAMES[name]!]), entry)).events
      expect(parseRuntimeEvent(read!)).toEqual({
        domain: vector.domain,
        operation: vector.operation,
        content: vector.content,
      })
      expect(
        describeEventLog({ format: 'agile', algorithms: [], events: [read!] }).uefi_event_logs[0]!.details,
      ).toEqual(vector.claims_details)
    }
  })

  test.each(vectors.refused)('"$domain" "$operation" is refused', (vector) => {
    expect(() => encodeRuntimeEvent(vector)).toThrow(refusal('CODEC_EVENTLOG_INVALID'))
  })

  test.each(vectors.parse_errors)('"$text" is no runtime event', ({ text: words }) => {
    expect(() => parseRuntimeText(words)).toThrow(refusal('CODEC_EVENTLOG_INVALID'))
  })

  test.each(vectors.logs)('log $id', (vector) => {
    const parsed = parseEventLog(decodeBase64(vector.log_b64))
    expect(parsed.events).toHaveLength(vector.entries.length)
    const value = replayEventLog(parsed, vector.alg_name).registers.get(vector.index)
    expect(encodeHex(value ?? new Uint8Array(vector.register_hex.length / 2))).toBe(vector.register_hex)
  })

  test.each(vectors.broken_logs)('broken log $id does not pass', (vector) => {
    const algorithm = NAMES[vector.alg]!
    const passes = (): boolean => {
      const parsed = parseEventLog(decodeBase64(vector.log_b64))
      const { registers, bound } = replayEventLog(parsed, algorithm)
      return (
        encodeHex(registers.get(vector.index)!) === vector.register_hex &&
        bound.every((event) => !isHashedAsLogged(event) || digestMatchesEvent(event, algorithm))
      )
    }
    if (vector.expect.includes('format')) expect(passes).toThrow(refusal('CODEC_BYTES_TRUNCATED'))
    else expect(passes()).toBe(false)
  })
})

test('a runtime event whose length lies is refused', () => {
  const event = encodeRuntimeEvent({ domain: 'a', operation: 'b', content: 'c' })
  const entry = (bytes: Uint8Array) => parseEventLog(concatBytes(header, encodeLogEvent(4, 6, bytes, both))).events[0]!
  expect(parseRuntimeEvent(entry(event))).toEqual({ domain: 'a', operation: 'b', content: 'c' })
  expect(() => parseRuntimeEvent(entry(event.map((byte, i) => (i === 4 ? byte + 1 : byte))))).toThrow(
    refusal('CODEC_EVENTLOG_INVALID'),
  )
  expect(parseRuntimeEvent(entry(decodeHex('ec223b8f0100000041')))).toBeUndefined()
  expect(parseRuntimeEvent(entry(decodeHex('4c45')))).toBeUndefined()
})
