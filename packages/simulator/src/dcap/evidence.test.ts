import { parseDcapEvidence } from '@veritee/evidence/dcap'
import { expect, test } from 'vitest'
import { createDcapWorld, encodeSgxEvidence, encodeTdxEvidence } from './index.ts'

const world = createDcapWorld({ now: 1_790_000_000, seed: 'evidence' })

test('TDX evidence carries quote and event log', () => {
  const quote = world.issueTdxQuote()
  const ccEventLog = Uint8Array.of(1, 2, 3)
  expect(parseDcapEvidence(encodeTdxEvidence(quote, ccEventLog))).toEqual({ quote, ccEventLog })
  expect(JSON.parse(encodeTdxEvidence(quote))).toMatchObject({ cc_eventlog: null })
})

test('SGX evidence carries the quote', () => {
  const quote = world.issueSgxQuote()
  expect(parseDcapEvidence(encodeSgxEvidence(quote))).toEqual({ quote })
})
