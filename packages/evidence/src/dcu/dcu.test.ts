// biome-ignore-all lint/suspicious/noExplicitAny: evidence JSON is edited at will here
import { assembleCsvDraft, createCsvWorld } from '@veritee/simulator/csv'
import { assembleDcuDraft, createDcuWorld, type DcuDraft, type DcuReportValues } from '@veritee/simulator/dcu'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../../testkit/twins.ts'
import { haveVectors, readVector, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { parseHskCek } from '../csv/index.ts'
import { claimsOfDcu, parseDcuEvidence, verifyDcuReports } from './index.ts'

const NOW = 1_790_000_000
const world = createDcuWorld({ now: NOW, seed: 'dcu room' })
const other = createCsvWorld({ now: NOW, seed: 'another machine' })
const trust = { chips: [parseHskCek(world.hskCek)], roots: [world.root] }
const issue = (options: DcuReportValues = {}): any => world.issueEvidence(options)
const verify = (evidence: unknown, own: Parameters<typeof verifyDcuReports>[1] = trust) =>
  verifyDcuReports(parseDcuEvidence(evidence), own)

/** The chip of the machine with a CEK for another use. */
function chipOf(usage: number) {
  const draft = createCsvWorld({ now: NOW, seed: 'dcu room' }).draft()
  draft.certificates.cek.usage = usage
  return parseHskCek(assembleCsvDraft(draft).hskCek!)
}

function verifyDraft(edit: (draft: DcuDraft) => void, options: DcuReportValues = {}) {
  const draft = world.draft(options)
  edit(draft)
  return verify(assembleDcuDraft(draft).evidence)
}

/** Evidence of one device whose report is changed after it was signed. */
function edited(edit: (report: any) => void) {
  const evidence = issue({ userData: '05'.repeat(64) })
  edit(evidence.attestation_reports[0])
  return evidence
}

describe('DCU reports', () => {
  test('are genuine under the chain of their chip; what was not checked is said', () => {
    const verified = verify(issue({ userData: '05'.repeat(64), measure: '07'.repeat(32) }))
    expect(verified).toMatchObject({ simulated: true, root: world.root.name })
    expect(verified.checks.filter(({ result }) => result === 'skip').map(({ code }) => code)).toEqual([
      'DCU_REFERENCE_UNCHECKED',
    ])
    expect(claimsOfDcu(verified.reports)).toMatchObject({
      0: { body: { measure: '07'.repeat(32), sig_usage: '04100000' }, report_data: '05'.repeat(64) },
    })
    expect(verify(issue({ devices: 2 })).reports).toHaveLength(2)
  })

  test.each<[string, string, () => unknown]>([
    [
      'DCU_CHIP_REPEATED',
      'one device that answers twice',
      () =>
        verifyDraft(
          ({ reports }) => {
            reports[1]!.chipId = reports[0]!.chipId
          },
          { devices: 2 },
        ),
    ],
    ['DCU_CHAIN_INCOMPLETE', 'no certificates', () => verify(issue(), { ...trust, chips: [] })],
    [
      'DCU_SIGNATURE_INVALID',
      'another key',
      () =>
        verifyDraft(({ reports, stranger }) => {
          reports[0]!.signer = stranger
        }),
    ],
    [
      'DCU_REPORT_USAGE',
      'another usage',
      () =>
        verifyDraft(({ reports }) => {
          reports[0]!.signatureUsage = 0x1002
        }),
    ],
    [
      'DCU_REPORT_USAGE',
      'another algorithm',
      () =>
        verifyDraft(({ reports }) => {
          reports[0]!.signatureAlgorithm = 5
        }),
    ],
    [
      'DCU_USER_DATA_DIFFERS',
      'two questions',
      () =>
        verifyDraft(
          ({ reports }) => {
            reports[1]!.userData = new Uint8Array(64).fill(1)
          },
          { devices: 2 },
        ),
    ],
    ['CSV_CHAIN_ROOT', 'a root that nobody named', () => verify(issue(), { ...trust, roots: [] })],
    [
      'CSV_CERTIFICATE_ROLE',
      'a PEK in the place of the CEK',
      () => verify(issue(), { ...trust, chips: [chipOf(0x1002)] }),
    ],
    [
      'CSV_CHAIN_SIGNATURE',
      'the root of another',
      () => verify(issue(), { ...trust, roots: [{ ...world.root, publicKey: other.root.publicKey }] }),
    ],
  ])('%s: %s', async (code, _name, work) => {
    expect(await codeOf(work)).toBe(code)
  })

  test.each(['chip_id', 'user_data', 'measure', 'reserved'])(
    'DCU_SIGNATURE_INVALID: a changed byte of %s',
    async (name) => {
      const evidence = edited(({ body }) => {
        body[name][3] ^= 1
      })
      expect(await codeOf(() => verify(evidence))).toBe('DCU_SIGNATURE_INVALID')
    },
  )

  test.each<[string, () => unknown]>([
    ['nothing', () => null],
    ['no reports', () => ({ attestation_reports: [] })],
    ['a report without a body', () => edited((report) => delete report.body)],
    [
      'short user data',
      () =>
        edited(({ body }) => {
          body.user_data = [1]
        }),
    ],
    [
      'a byte of 256',
      () =>
        edited(({ body }) => {
          body.measure[0] = 256
        }),
    ],
    [
      'text that is no base64',
      () =>
        edited(({ body }) => {
          body.user_data = '*'
        }),
    ],
    [
      'a version of text',
      () =>
        edited(({ body }) => {
          body.version = '1'
        }),
    ],
    ['33 devices', () => ({ attestation_reports: new Array(33).fill(issue().attestation_reports[0]) })],
  ])('DCU_EVIDENCE_JSON: %s', async (_name, make) => {
    expect(await codeOf(() => parseDcuEvidence(make()))).toBe('DCU_EVIDENCE_JSON')
  })

  test('user data may come as base64', () => {
    const evidence = edited(({ body }) => {
      body.user_data = Buffer.from(body.user_data).toString('base64')
    })
    const [report] = parseDcuEvidence(evidence)
    expect(report!.userData).toEqual(new Uint8Array(64).fill(5))
    expect(verify(evidence).simulated).toBe(true)
  })

  test.skipIf(!haveVectors)(
    `DCU_SIGNATURE_INVALID: the chain of a real chip did not sign this${vectorsAbsent}`,
    async () => {
      const chips = [parseHskCek(readVector('csv/hsk_cek.cert'))]
      expect(await codeOf(() => verify(issue(), { chips }))).toBe('DCU_SIGNATURE_INVALID')
    },
  )
})
