import { describe, expect, test } from 'vitest'
import {
  addMonths,
  createContent,
  extractReferences,
  formatTime,
  parseRecord,
  parseReferenceMessage,
} from '../index.ts'

const refusal = (code: string, path: string) =>
  expect.objectContaining({ code, details: expect.objectContaining({ path }) })

const good = { version: '0.1.0', name: 'k', expiration: '2027-01-01T00:00:00Z' }
const digest = { alg: 'sha256', value: 'aa' }

describe('stored records', () => {
  test.each<[string, unknown]>([
    ['', 7],
    ['version', { ...good, version: '0.2.0', value: 1 }],
    ['expiration', { ...good, expiration: 'tomorrow', value: 1 }],
    ['expiration', { ...good, expiration: '2027-02-29T00:00:00Z', value: 1 }],
    ['expiration', { ...good, expiration: '2027-01-01T24:61:00Z', value: 1 }],
    ['value', good],
    ['value', { ...good, value: 7, 'hash-value': [digest] }],
    ['hash-value', { ...good, 'hash-value': 7 }],
    ['hash-value.0.alg', { ...good, 'hash-value': [{ value: 'aa' }] }],
    ['hash-value.0.value', { ...good, 'hash-value': [{ alg: 'a', value: '' }] }],
    ['audit_proof.backend', { ...good, value: 1, audit_proof: {} }],
  ])('REFERENCE_RECORD_INVALID at %s', (path, value) => {
    expect(() => parseRecord(value)).toThrow(refusal('REFERENCE_RECORD_INVALID', path))
  })

  test.each(['', '  ', 'a\nb', 'a\u0085b', '\ud800', 'x'.repeat(513), '度'.repeat(171), 7])(
    'REFERENCE_NAME_INVALID: %j',
    (name) => {
      expect(() => parseRecord({ ...good, name, value: 1 })).toThrow(refusal('REFERENCE_NAME_INVALID', 'name'))
    },
  )

  test('a time with an offset and parts of a second', () => {
    const { expiresAt } = parseRecord({ ...good, expiration: '2027-01-01T02:00:00.999+02:00', value: 1 })
    expect(formatTime(expiresAt)).toBe('2027-01-01T00:00:00Z')
    expect(formatTime(addMonths(253_402_300_000))).toBe('9999-12-31T23:59:59Z')
  })

  test('an array is a list of digests when every member can be one', () => {
    expect(createContent(['a', 'a', 'b'])).toMatchObject({ kind: 'digests', digests: [{ value: 'a' }, { value: 'b' }] })
    for (const value of [['a', ''], ['a', ' '], ['a', null], ['x'.repeat(5000)]])
      expect(createContent(value)).toEqual({ kind: 'value', value })
  })
})

describe('messages', () => {
  test.each<[string, string, unknown]>([
    ['REFERENCE_MESSAGE_INVALID', 'message', '[]'],
    ['REFERENCE_MESSAGE_INVALID', 'message', '{"type":"sample","type":"slsa"}'],
    ['REFERENCE_MESSAGE_INVALID', 'message.type', { payload: 'e30=' }],
    ['REFERENCE_MESSAGE_INVALID', 'message.payload', { type: 'sample', payload: {} }],
    ['REFERENCE_VERSION_UNSUPPORTED', 'message.version', { version: 1, type: 'sample', payload: 'e30=' }],
    ['REFERENCE_LIMIT_EXCEEDED', 'message', `"${'x'.repeat(9 << 20)}"`],
  ])('%s at %s', (code, path, message) => {
    expect(() => parseReferenceMessage(message)).toThrow(refusal(code, path))
  })

  test.each<[string, unknown]>([
    ['REFERENCE_SIGNATURE_UNTRUSTED', { payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [] }],
    ['REFERENCE_STATEMENT_INVALID', {}],
    ['REFERENCE_PAYLOAD_INVALID', 7],
  ])('%s: a SLSA document', async (code, document) => {
    const payload = JSON.stringify({
      artifact_type: 'kernel',
      slsa_provenance: [typeof document === 'number' ? document : JSON.stringify(document)],
    })
    await expect(extractReferences({ type: 'slsa', payload }, { now: 1 })).rejects.toMatchObject({ code })
  })
})
