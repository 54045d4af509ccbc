import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeHex } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import {
  claimsOfCsv,
  closeCsvReport,
  HYGON_ROOT,
  parseCsvEvidence,
  parseCsvReport,
  parseHygonCertificates,
  verifyCsvEvidence,
} from '@veritee/evidence/csv'
import { expect, test } from 'vitest'
import { simulatedDigest } from '../state/field.ts'
import { createCsvEventLog, createCsvWorld, encodeFlatCsvEvidence, loadCsvWorld, saveCsvWorld } from './index.ts'

const NOW = 1_790_000_000
const world = createCsvWorld({ now: NOW, seed: 'world' })
const json = (value: unknown): unknown => parseJson(JSON.stringify(value))
const roots = [world.root]

test.each([1, 2, 3] as const)('evidence with a report of version %i is genuine and simulated', (version) => {
  const eventLog = version === 1 ? undefined : createCsvEventLog()
  const issued = world.issueEvidence({
    version,
    reportData: 'c0ffee',
    vmId: '01',
    hostData: version === 3 ? 'aa' : '',
    ...(eventLog === undefined ? {} : { eventLog }),
  })
  const verified = verifyCsvEvidence(parseCsvEvidence(json(issued), { experimental: true }), { roots })
  expect(verified).toMatchObject({ simulated: true, serialNumber: 'SIMULATED0001', serialNumberBound: false })
  expect(claimsOfCsv(verified)).toMatchObject({
    version: String(version),
    report_data: `c0ffee${'00'.repeat(61)}`,
    measure: encodeHex(simulatedDigest('launch', 32)),
  })
  expect(verified.bootLog?.bound.length).toBe(eventLog === undefined ? undefined : 4)
})

test('nobody trusts it unasked', () => {
  const evidence = parseCsvEvidence(json(world.issueEvidence()))
  expect(() => verifyCsvEvidence(evidence, { roots: [HYGON_ROOT] })).toThrow(
    expect.objectContaining({ code: 'CSV_CHAIN_ROOT' }),
  )
})

test.each([1, 2] as const)(
  'the firmware page of version %i closes with its nonce into what attesters send',
  (version) => {
    const mnonce = simulatedDigest('mnonce', 16)
    const firmware = world.issueFirmwareReport({ version })
    expect(parseCsvReport(firmware, version).holdsSealingKey).toBe(true)
    const report = parseCsvReport(closeCsvReport(firmware, version, mnonce), version)
    expect(report.holdsSealingKey).toBe(false)
    expect(report.serialNumber).toBe('SIMULATED0001')
    expect(encodeHex(report.pek.bytes)).toBe(
      encodeHex(parseCsvReport(world.issueReport({ version }), version).pek.bytes),
    )
  },
)

test('the older, flat evidence JSON', () => {
  const page = world.issueReport()
  const [, pek, , cek, hsk] = parseHygonCertificates(world.platformChain).map(({ certificate }) => certificate.bytes)
  const evidence = parseCsvEvidence(json(encodeFlatCsvEvidence({ version: 1, page, pek: pek!, hsk: hsk!, cek: cek! })))
  expect(verifyCsvEvidence(evidence, { roots }).simulated).toBe(true)
})

test('the platform exports PDH, PEK, OCA, CEK, HSK, HRK', () => {
  const found = parseHygonCertificates(world.platformChain).map(({ certificate }) => certificate.usage)
  expect(found).toEqual([0x1003, 0x1002, 0x1001, 0x1004, 0x13, 0])
})

test('a saved world is the same when loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'csv-world-'))
  try {
    await saveCsvWorld(world, directory)
    const loaded = await loadCsvWorld(directory)
    expect(loaded.recipe).toEqual(world.recipe)
    expect(loaded.issueReport()).toEqual(world.issueReport())
    expect(loaded.hskCek).toEqual(world.hskCek)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('SIMULATOR_VALUE_INVALID: a serial number that is no name of a file', () => {
  expect(() => createCsvWorld({ now: NOW, serialNumber: '../x' })).toThrow(
    expect.objectContaining({ code: 'SIMULATOR_VALUE_INVALID' }),
  )
})
