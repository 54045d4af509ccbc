/** Every real vector comes out as its origin states, in Node and in a browser. */

import { fileURLToPath } from 'node:url'
import { encodeBase64, encodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { closeCsvReport } from '@veritee/evidence/csv'
import { beforeAll, describe, expect, test } from 'vitest'
import { chromiumAbsent, haveChromium, runInChromium } from '../../../testkit/browser.ts'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../testkit/vectors.ts'
import { digestOf, run, type VectorCase } from './vector-suite.ts'

const at = (text: string) => Date.parse(text) / 1000
const NOW = at('2026-11-01T00:00:00Z')
const file = (name: string) => encodeBase64(readVector(name))
const yes = 'yes yes unasked unasked'
const refused = 'yes yes unasked no'
const forged = 'yes no unasked unasked'

interface Row {
  readonly item: VectorCase
  readonly expected: object
}

const judged = (name: string, options: object, expected: object): Row => ({
  item: { name, work: 'judge', now: NOW, input: file(name), ...options } as VectorCase,
  expected,
})
const inspected = (name: string, expected: Record<string, unknown>): Row => ({
  item: { name, work: 'inspect', input: file(name), show: Object.keys(expected) },
  expected,
})

function dcapRows(): Row[] {
  const june = at('2025-06-25T00:00:00Z')
  const of = (name: string, now: number) => ({ now, collateral: [file(`${name}_collateral.json`)] })
  return [
    judged('dcap/sgx_quote', of('dcap/sgx_quote', june), {
      answers: refused,
      status: 'ConfigurationAndSWHardeningNeeded',
      advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
    }),
    judged('dcap/tdx_quote', of('dcap/tdx_quote', june), { answers: yes, status: 'UpToDate', advisories: [] }),
    judged('dcap/tdx_quote_outdated', of('dcap/tdx_quote_outdated', at('2026-02-25T00:00:00Z')), {
      answers: forged,
      refusals: ['DCAP_TCB_PLATFORM_NOT_SUPPORTED', 'DCAP_TCB_COMPONENT_OUTDATED'],
    }),
    inspected('dcap/trustee_tdx_quote_4.dat', { tee: 'tdx', version: 4, debug: true }),
    inspected('dcap/trustee_tdx_quote_5.dat', { tee: 'tdx', version: 5 }),
    inspected('dcap/trustee_occlum_quote.dat', { tee: 'sgx', version: 3, debug: true }),
    // This file misses the first 48 bytes of its TDREPORT and has as many of something else behind it.
    inspected('dcap/tdreport.dat', { code: 'EVIDENCE_KIND_UNKNOWN' }),
    judged(
      'dcap/az-tdx-vtpm-evidence-v0.json',
      {},
      {
        tee: 'az-tdx-vtpm',
        answers: forged,
        refusals: ['APPRAISAL_COLLATERAL_MISSING'],
      },
    ),
  ]
}

function snpRows(): Row[] {
  const milan = 'snp/milan_ask_ark_asvk.pem'
  const with_ = (...names: string[]) => ({ collateral: names.map(file) })
  const challenge = '6368616c6c656e6765'
  return [
    judged(
      'snp/test-report.bin',
      { ...with_('snp/test-vcek.der', milan), flipEvery: 7 },
      {
        tee: 'snp',
        answers: yes,
        acceptedFlips: 0,
      },
    ),
    ...['legacy', 'new'].map((kind): Row => {
      const name = `snp/test-vcek-invalid-${kind}.der`
      const row = judged('snp/test-report.bin', with_(name, milan), { answers: forged, accepted: false })
      return { ...row, item: { ...row.item, name } }
    }),
    judged(
      'snp/test-vlek-report.bin',
      { ...with_('snp/test-vlek.der', milan), now: at('2025-05-01T00:00:00Z'), allowVmpl: [1] },
      {
        answers: yes,
      },
    ),
    judged(
      'snp/turin-report.bin',
      { ...with_('snp/turin-vcek.der', 'snp/turin_ask_ark_asvk.pem'), show: ['snp/version', 'snp/product'] },
      {
        answers: yes,
        'snp/version': 5,
        'snp/product': 'Turin',
      },
    ),
    judged('snp/evidence-sev4-shape.json', with_(milan), { tee: 'snp', refusals: [], answers: yes }),
    judged('snp/evidence-sev7-shape.json', with_('snp/genoa_ask_ark_asvk.pem'), {
      tee: 'snp',
      refusals: [],
      answers: yes,
    }),
    ...[0, 1].map((version) =>
      judged(
        `snp/az-snp-vtpm-evidence-v${version}.json`,
        { ...with_(milan), reportData: challenge, show: ['report_data'] },
        {
          tee: 'az-snp-vtpm',
          answers: 'yes yes yes unasked',
          report_data: challenge,
        },
      ),
    ),
    judged('snp/az-snp-vtpm-evidence-v2.json', with_(milan), { tee: 'az-snp-vtpm', answers: yes }),
    ...['milan', 'genoa', 'turin'].map((product) =>
      inspected(`snp/${product}_ask_ark_asvk.pem`, { kind: 'x509', 'certificates/2/ca': true }),
    ),
  ]
}

function csvRows(): Row[] {
  const measure = '1178dadbf826ec7a07444ba358376d81c312cb53d703f9da83b26c1eee2ea052'
  const chip = { collateral: [file('csv/hsk_cek.cert')] }
  const mnonce = Uint8Array.from(Buffer.from('67c6697351ff4aec29cdbaabf2fbe346', 'hex'))
  const closed = encodeBase64(closeCsvReport(readVector('csv/report.cert'), 1, mnonce))
  return [
    inspected('csv/hrk.cert', { kind: 'hygon-certificates', 'certificates/0/usage': 'HRK' }),
    inspected('csv/hsk_cek.cert', { 'certificates/0/usage': 'HSK', 'certificates/1/usage': 'CEK' }),
    judged('csv/report.cert', chip, { tee: 'csv', answers: forged, refusals: ['CSV_SEALING_KEY_PRESENT'] }),
    {
      item: {
        ...judged('csv/report.cert', { ...chip, pin: ['csv.measure', measure] }, {}).item,
        name: 'csv/report.cert, closed',
        input: closed,
      },
      expected: { tee: 'csv', answers: 'yes yes unasked yes', simulated: false },
    },
    judged('csv/csv_evidence.json', {}, { tee: 'csv', answers: forged, refusals: ['CSV_CHAIN_INCOMPLETE'] }),
  ]
}

function deviceRows(): Row[] {
  const { ak_public: key } = readVectorJson<{ ak_public: string }>('tpm/tpm_evidence.json')
  const allowedKeys = [encodeHex(digest('sha256', Uint8Array.from(Buffer.from(key, 'base64'))))]
  const gpu = (index: number, expected: object): Row => {
    const collateral = [file(`gpu/hopper_cert_chain_case${index}.txt`)]
    const row = judged('gpu/hopperAttestationReport.txt', { collateral }, expected)
    return { ...row, item: { ...row.item, name: `gpu/hopper case ${index}` } }
  }
  return [
    judged('tpm/tpm_evidence.json', { allowedKeys }, { tee: 'tpm', answers: yes }),
    gpu(1, { tee: 'nvidia', answers: yes }),
    gpu(2, { answers: forged, refusals: ['GPU_CHAIN_INCOMPLETE'] }),
    gpu(3, { answers: forged, refusals: ['GPU_CHAIN_ISSUER'] }),
    gpu(4, { answers: forged, refusals: ['GPU_CHAIN_CONSTRAINTS'] }),
  ]
}

/** Logs are the structure of their parsed forms, and lead to registers that are known. */
function logRows(): Row[] {
  const known: Record<string, readonly [string, Readonly<Record<number, RegExp>>]> = {
    CCEL_data: ['SHA-384', { 1: /^2dc71230.*43f4$/, 2: /^0fa3be56.*d3cf$/ }],
    CCEL_data_ovmf: ['SHA-384', { 1: /^8566f998.*e193$/, 2: /^775b9f6b.*13c6$/, 3: /^94eaf7a7.*f34a$/ }],
    CCEL_data_grub: ['SHA-384', { 1: /^cec0a104.*bd79$/, 2: /^6c289e0c.*b670$/, 3: /^08919d01.*d31e$/ }],
    CCEL_data_csv: ['SM3', {}],
    CCEL_AAEL_alibabacloud: ['SHA-384', {}],
  }
  const replayed = (name: string, kind: 'cc' | 'tpm', expected: object): Row => ({
    item: { name, work: 'replay', kind, input: file(name) },
    expected,
  })
  return [
    ...Object.entries(known).map(([name, [algorithm, registers]]) => {
      const patterns = Object.entries(registers).map(([index, pattern]) => [index, expect.stringMatching(pattern)])
      return replayed(`eventlog/${name}`, 'cc', {
        structure: digestOf(readVectorJson(`eventlog/${name}_out.json`)),
        banks: { [algorithm]: Object.fromEntries(patterns) },
      })
    }),
    ...[
      ['tpm-debian-10', 'SHA-1'],
      ['tpm-rhel8-uefi', 'SHA-256'],
      ['tpm-ubuntu-2404-amd-sevsnp', 'SHA-384'],
    ].map(([name, bank]) =>
      replayed(`eventlog/${name}.bin`, 'tpm', { banks: { [bank!]: { 7: expect.stringMatching(/^[0-9a-f]+$/) } } }),
    ),
  ]
}

describe.skipIf(!haveVectors)(`real vectors${vectorsAbsent}`, () => {
  const rows = haveVectors ? [...dcapRows(), ...snpRows(), ...csvRows(), ...deviceRows(), ...logRows()] : []
  let outcomes: Record<string, unknown> = {}
  beforeAll(async () => {
    outcomes = await run(rows.map(({ item }) => item))
  }, 60_000)

  test.each(rows.map(({ item, expected }) => [item.name, expected] as const))('%s', (name, expected) => {
    expect(outcomes[name]).toMatchObject(expected)
  })

  test.skipIf(!haveChromium)(
    `a browser comes to the same${chromiumAbsent}`,
    async () => {
      const suite = fileURLToPath(new URL('vector-suite.ts', import.meta.url))
      const found = await runInChromium(
        suite,
        rows.map(({ item }) => item),
      )
      expect(found).toEqual(JSON.parse(JSON.stringify(outcomes)))
    },
    120_000,
  )
})
