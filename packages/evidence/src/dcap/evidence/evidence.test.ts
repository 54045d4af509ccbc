import { encodeBase64 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EvidenceError } from '../../errors.ts'
import { encodeDcapEvidence, parseDcapEvidence } from './parse.ts'

const quote = Uint8Array.of(4, 0, 2, 0)

test('a quote alone, with and without a null log', () => {
  const text = `{"quote":"${encodeBase64(quote)}"}`
  expect(parseDcapEvidence(text)).toEqual({ quote })
  expect(parseDcapEvidence(JSON.parse(text) as object)).toEqual({ quote })
  expect(parseDcapEvidence(`{"quote":"${encodeBase64(quote)}","cc_eventlog":null,"gpu_evidence":null}`)).toEqual({
    quote,
  })
})

test.each([
  ['EVIDENCE_JSON_INVALID', '{', 'no JSON'],
  ['EVIDENCE_JSON_INVALID', '[]', 'no object'],
  ['EVIDENCE_JSON_INVALID', '{}', 'no quote'],
  ['EVIDENCE_JSON_INVALID', '{"quote":""}', 'an empty quote'],
  ['EVIDENCE_JSON_INVALID', '{"quote":[4,0]}', 'a quote of numbers'],
  ['EVIDENCE_JSON_INVALID', '{"quote":"BAAC","quote":"BAAC"}', 'two quotes'],
  ['EVIDENCE_ENCODING_INVALID', '{"quote":"BAA"}', 'base64 without padding'],
  ['EVIDENCE_ENCODING_INVALID', '{"quote":"BA C"}', 'base64 with white space'],
  ['EVIDENCE_ENCODING_INVALID', '{"quote":"BAAC","cc_eventlog":"-_-_"}', 'a log in the URL alphabet'],
])('%s: %s', (code, text, _name) => {
  expect(() => parseDcapEvidence(text)).toThrow(expect.objectContaining({ code, name: 'EvidenceError' }))
})

test('EVIDENCE_SIZE_EXCESSIVE', () => {
  expect(() => parseDcapEvidence({ quote: 'A'.repeat((12 << 20) + 4) })).toThrow(EvidenceError)
})

test('what is written is what is read', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined }),
      (bytes, log) => {
        const evidence = { quote: bytes, ...(log === undefined ? {} : { ccEventLog: log }) }
        expect(parseDcapEvidence(JSON.stringify(encodeDcapEvidence(evidence)))).toEqual(evidence)
      },
    ),
    { numRuns: 100 },
  )
})
