import {
  encodeBoolean,
  encodeElement,
  encodeEnumerated,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from '@veritee/codec/der'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvidenceError } from '../../errors.ts'
import { PCK_EXTENSION_OID, parsePckExtension } from './extension.ts'

type Members = Record<string, Uint8Array>

const bytes = (size: number, fill = 0): Uint8Array => new Uint8Array(size).fill(fill)
const sequence = (members: Members): Uint8Array =>
  encodeSequence(
    ...Object.entries(members).map(([name, value]) => encodeSequence(encodeOid(`${PCK_EXTENSION_OID}.${name}`), value)),
  )
const tcb = (change: Members = {}): Uint8Array => {
  const components = Array.from({ length: 16 }, (_, i) => [`2.${i + 1}`, encodeInteger(i === 4 ? 255 : i)] as const)
  return sequence({
    ...Object.fromEntries(components),
    '2.17': encodeInteger(13),
    '2.18': encodeOctetString(bytes(16, 7)),
    ...change,
  })
}
const processor = (change: Members = {}): Members => ({
  '1': encodeOctetString(bytes(16, 1)),
  '2': tcb(),
  '3': encodeOctetString(bytes(2)),
  '4': encodeOctetString(bytes(6, 4)),
  '5': encodeEnumerated(1),
  ...change,
})
const platform = (change: Members = {}): Members => ({
  ...processor(),
  '6': encodeOctetString(bytes(16, 6)),
  '7': sequence({ '7.1': encodeBoolean(true), '7.3': encodeBoolean(false) }),
  ...change,
})

describe('reads', () => {
  test('five members of the Processor CA', () => {
    const extension = parsePckExtension(sequence(processor()))
    expect(extension).toMatchObject({ pceSvn: 13, sgxType: 'Scalable', fmspc: bytes(6, 4) })
    expect([...extension.sgxSvns]).toEqual([0, 1, 2, 3, 255, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    expect(extension).not.toHaveProperty('configuration')
  })

  test('seven members of the Platform CA, in any order', () => {
    const reversed = Object.fromEntries(
      Object.entries(platform())
        .map(([name, value]) => [` ${name}`, value])
        .reverse(),
    )
    const members = Object.fromEntries(Object.entries(reversed).map(([name, value]) => [name.trim(), value])) as Members
    const extension = parsePckExtension(sequence(members), { platformMembers: true })
    expect(extension.platformInstanceId).toEqual(bytes(16, 6))
    expect(extension.configuration).toEqual({ dynamicPlatform: true, smtEnabled: false })
  })
})

const INVALID = 'DCAP_PCK_EXTENSION_INVALID'
const MISSING = 'DCAP_PCK_EXTENSION_MISSING'

describe('refuses', () => {
  test.each<readonly [string, Uint8Array, string]>([
    ['no sequence', encodeInteger(1), INVALID],
    ['an empty sequence', encodeSequence(), MISSING],
    ['six members', sequence({ ...processor(), '6': encodeOctetString(bytes(16)) }), MISSING],
    ['five members of the Platform CA', sequence(processor()), MISSING],
    ['an unknown member', sequence(platform({ '9': encodeInteger(1) })), INVALID],
    ['a short FMSPC', sequence(platform({ '4': encodeOctetString(bytes(5)) })), INVALID],
    ['a component above 255', sequence(platform({ '2': tcb({ '2.3': encodeInteger(256) }) })), INVALID],
    [
      'a negative component',
      sequence(platform({ '2': tcb({ '2.3': encodeElement(2, Uint8Array.of(0xff)) }) })),
      INVALID,
    ],
    ['a PCESVN above 65535', sequence(platform({ '2': tcb({ '2.17': encodeInteger(65536) }) })), INVALID],
    ['a component of another type', sequence(platform({ '2': tcb({ '2.3': encodeOctetString(bytes(1)) }) })), INVALID],
    ['bytes after the end', Uint8Array.of(...sequence(platform()), 0), INVALID],
  ])('%s', (_, value, code) => {
    expect(() => parsePckExtension(value, { platformMembers: true })).toThrow(expect.objectContaining({ code }))
  })

  test('a member named twice', () => {
    const entry = (name: string, value: Uint8Array): Uint8Array =>
      encodeSequence(encodeOid(`${PCK_EXTENSION_OID}.${name}`), value)
    const entries = Object.entries(processor()).map(([name, value]) => entry(name, value))
    const twice = encodeSequence(...entries, entry('4', encodeOctetString(bytes(6, 9))))
    expect(() => parsePckExtension(twice)).toThrow(expect.objectContaining({ code: INVALID }))
  })
})

test('parity rules keep the low bits of a component', () => {
  const value = sequence(
    processor({ '2': tcb({ '2.3': encodeInteger(263), '2.4': encodeElement(2, Uint8Array.of(0xff)) }) }),
  )
  expect([...parsePckExtension(value, { parity: true }).sgxSvns.subarray(2, 4)]).toEqual([7, 255])
})

test('mutated extensions are refused in the house’s own way or read', () => {
  const value = sequence(platform())
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: value.length - 1 }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.nat({ max: value.length }),
      fc.boolean(),
      (edits, length, parity) => {
        const mutated = value.slice(0, length)
        for (const [at, byte] of edits) if (at < length) mutated[at] = byte
        try {
          parsePckExtension(mutated, { parity, platformMembers: true })
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError)
        }
      },
    ),
    { numRuns: 300 },
  )
})
