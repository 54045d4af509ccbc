import { decodeBase64, encodeHex } from '@veritee/codec/bytes'
import { createCsvWorld } from '@veritee/simulator/csv'
import { issueSampleEvidence } from '@veritee/simulator/sample'
import { createSnpWorld } from '@veritee/simulator/snp'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { recognizeEvidence } from '../recognize/index.ts'
import { inspectEvidence } from './index.ts'

describe.skipIf(!haveVectors)(`evidence of devices, described${vectorsAbsent}`, () => {
  const tpm = () => readVectorJson<{ tpm_quote: { message: string; signature: string } }>('tpm/tpm_evidence.json')

  test.each<[string, () => Uint8Array | string, object]>([
    [
      'a GPU report',
      () => readVectorText('gpu/hopperAttestationReport.txt'),
      { kind: 'gpu-report', wrappings: ['hex'] },
    ],
    ['a TPM quote', () => decodeBase64(tpm().tpm_quote.message), { kind: 'tpm-structure', structure: 'quote' }],
    [
      'a TPM signature',
      () => decodeBase64(tpm().tpm_quote.signature),
      { structure: 'signature', scheme: 'rsassa', hash: 'sha256' },
    ],
    ['TPM evidence', () => readVectorText('tpm/tpm_evidence.json'), { tee: 'tpm', banks: [{ hash: 'sha256' }] }],
    ['CSV evidence', () => readVectorText('csv/csv_evidence.json'), { tee: 'csv', chipCertificates: false }],
    [
      'Hygon certificates',
      () => readVector('csv/hsk_cek.cert'),
      {
        certificates: [
          { usage: 'HSK', userId: 'HYGON-SSD-HSK' },
          { usage: 'CEK', signedBy: ['HSK'] },
        ],
      },
    ],
    [
      'an event log',
      () => readVector('eventlog/CCEL_data_ovmf'),
      { kind: 'event-log', algorithms: ['SHA-384'], uefi_event_logs: expect.any(Array) },
    ],
    [
      'an HCL report',
      () => Uint8Array.from(readVectorJson<{ report: number[] }>('snp/az-snp-vtpm-evidence-v0.json').report),
      { kind: 'hcl-report', hardwareReport: { claims: { vmpl: 0 } } },
    ],
  ])('%s', (_name, input, expected) => {
    expect(inspectEvidence(input())).toMatchObject(expected)
  })

  test('a page that carries its sealing key is recognised, and the secret is not shown', () => {
    const page = readVector('csv/report.cert')
    expect(recognizeEvidence(page).kind).toBe('csv-report')
    const description = inspectEvidence(page)
    expect(description).toHaveProperty('sealingKey')
    expect(JSON.stringify(description)).not.toContain(encodeHex(page.subarray(0x9b4, 0x9d4)))
  })
})

describe('report pages of Hygon CSV', () => {
  const world = createCsvWorld({ now: 1_790_000_000, seed: 'inspect' })

  test.each([1, 2] as const)('version %i, alone and with the certificates of its chip behind it', (version) => {
    const page = world.issueReport({ version })
    expect(inspectEvidence(page)).toMatchObject({ claims: { version: String(version) }, chipCertificates: false })
    const size = Uint8Array.of(world.hskCek.length & 0xff, world.hskCek.length >> 8, 0, 0)
    const whole = Uint8Array.from([...page, ...size, ...world.hskCek])
    expect(inspectEvidence(whole)).toMatchObject({ kind: 'csv-report', chipCertificates: true })
    size[0]! ^= 1
    expect(() => inspectEvidence(Uint8Array.from([...page, ...size, ...world.hskCek]))).toThrow()
  })

  test('a whole platform export', () => {
    const { certificates } = inspectEvidence(world.platformChain) as { certificates: { usage: string }[] }
    expect(certificates.map(({ usage }) => usage)).toEqual(['PDH', 'PEK', 'OCA', 'CEK', 'HSK', 'HRK'])
  })
})

test('sample evidence shows its claims and the size of its log', () => {
  const description = inspectEvidence(JSON.stringify(issueSampleEvidence({ reportData: '0011' })))
  expect(description).toMatchObject({
    tee: 'sample',
    claims: { svn: '1', report_data: 'ABE=', measure_register: expect.stringMatching(/^[0-9a-f]{64}$/) },
    eventLog: { sizeBytes: expect.any(Number) },
  })
})

describe('a certificate of AMD shows the chip and the TCB that it is for', () => {
  const world = createSnpWorld({ now: 1_790_000_000, seed: 'inspect', authorityBits: 2048 })

  test.each([
    ['vcek', { kind: 'VCEK', hardwareId: encodeHex(world.hardwareId) }],
    ['vlek', { kind: 'VLEK', provider: expect.any(String) }],
  ] as const)('%s', (kind, expected) => {
    const { certificates } = inspectEvidence(world.certificate(kind)) as unknown as { certificates: object[] }
    expect(certificates[0]).toMatchObject({ snp: { ...expected, tcb: world.tcb } })
  })
})
