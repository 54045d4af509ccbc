import { encodeUtf8 } from '@veritee/codec/bytes'
import { createDcapWorld } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvEventLog, createCsvWorld } from '@veritee/simulator/csv'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { expect, test } from 'vitest'
import { judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const options = { now: NOW, seed: 'unsupported' }
const dcap = createDcapWorld(options)
const tpm = createTpmWorld(options)

test.each<[string, Uint8Array, string]>([
  ['certificates', encodeUtf8(dcap.root.pem), '--collateral'],
  ['a bundle', encodeUtf8(JSON.stringify(dcap.collateral('tdx'))), '--collateral'],
  ['certificates of Hygon', createCsvWorld(options).hskCek, '--collateral'],
  ['an event log', createCsvEventLog(), '--event-log'],
  ['a quote of a TPM without its key', tpm.issueQuotes()[0]!.attest, 'evidence JSON'],
  ['a TDREPORT', dcap.issueTdReport(), 'quote'],
  [
    'the report of a vTPM alone',
    Uint8Array.from(createAzureWorld(options).issueEvidence({ version: 0 })['report'] as number[]),
    'evidence JSON',
  ],
  ['a token', encodeUtf8('eyJhbGciOiJFUzI1NiJ9.e30.AA'), 'token'],
  ['what has no hardware behind it', encodeUtf8('{"system_report":"{}"}'), 'no hardware'],
])('APPRAISAL_EVIDENCE_UNSUPPORTED: %s is told what to do', async (_name, input, hint) => {
  const { answers, checks } = await judgeEvidence(input, { now: NOW })
  expect(answers.readable).toBe('no')
  expect(checks.at(-1)).toMatchObject({
    code: 'APPRAISAL_EVIDENCE_UNSUPPORTED',
    message: expect.stringContaining(hint),
    next: expect.any(String),
  })
})
