import { isCodedError } from '@veritee/codec/error'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import {
  appraiseCsv,
  type CsvEvidence,
  parseCsvEvidence,
  parseCsvReport,
  parseHskCek,
  parsePlatformCertificate,
  type VerifiedCsv,
  verifyCsvEvidence,
} from '@veritee/evidence/csv'
import { expect, test } from 'vitest'
import type { CsvCase } from '../draft.ts'
import { createCsvWorld } from '../world.ts'
import { CSV_BREAKAGES, CSV_UNACCEPTED, CSV_UNBREAKABLE } from './index.ts'

const world = createCsvWorld({ now: 1_790_000_000, seed: 'breakages' })

function parseCase({ version, page, pek, serialNumber, eventLog, evidence }: CsvCase): CsvEvidence {
  if (evidence !== undefined) return parseCsvEvidence(evidence)
  return {
    report: parseCsvReport(page, version),
    pek: parsePlatformCertificate(pek, 'pek'),
    serialNumber,
    ...(eventLog === undefined ? {} : { eventLog }),
  }
}

function verifyCase(made: CsvCase): VerifiedCsv {
  const evidence = parseCase(made)
  const chips = made.hskCek === undefined ? [] : [{ ...parseHskCek(made.hskCek), serialNumber: world.serialNumber }]
  return verifyCsvEvidence(evidence, { chips, roots: [made.root] })
}

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'verified'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

test.each(CSV_BREAKAGES)('$code: $title', ({ code, apply }) => {
  expect(codeOf(() => verifyCase(apply(world)))).toBe(code)
})

test.each(CSV_UNACCEPTED)('$code: $title', ({ code, apply }) => {
  expect(appraiseCsv(verifyCase(apply(world))).map((finding) => finding.code)).toEqual([code])
})

test('every code of the CSV room has one broken case, or a reason why no report raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('CSV_'))
  const covered = [...CSV_BREAKAGES.map(({ code }) => code), ...Object.keys(CSV_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})
