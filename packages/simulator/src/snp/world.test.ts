import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import {
  AMD_ROOTS,
  appraiseSnp,
  claimsOfSnpReport,
  encodeSnpEvidence,
  parseSnpCollateral,
  parseSnpEvidence,
  parseSnpReport,
  verifySnpReport,
} from '@veritee/evidence/snp'
import { describe, expect, test } from 'vitest'
import {
  createSnpWorld,
  encodeFlatSnpEvidence,
  loadSnpWorld,
  type SnpWorld,
  saveSnpWorld,
  type VekKind,
} from './index.ts'

const NOW = 1_790_000_000
const create = (product: 'Milan' | 'Genoa' | 'Turin') =>
  createSnpWorld({ now: NOW, seed: `world ${product}`, product, authorityBits: 2048 })
const trustOf = (world: SnpWorld, kind: VekKind = 'vcek') => ({
  collateral: parseSnpCollateral([world.certificate(kind), encodeUtf8(world.chain(kind)), world.crl()]),
  now: world.now,
  roots: [world.root],
})

describe.each(['Milan', 'Genoa', 'Turin'] as const)('%s', (product) => {
  const world = create(product)

  test.each(['vcek', 'vlek'] as const)('a report signed by the %s is genuine and simulated', async (signedBy) => {
    const report = parseSnpReport(world.issueReport({ signedBy, reportData: 'c0ffee' }))
    const verified = await verifySnpReport(report, trustOf(world, signedBy))
    expect(verified).toMatchObject({ product, signedBy, simulated: true, revocationChecked: true })
    expect(appraiseSnp(verified)).toEqual([])
    expect(encodeHex(report.reportData)).toBe(`c0ffee${'00'.repeat(61)}`)
  })

  test('nobody trusts it unasked', async () => {
    const { collateral, now } = trustOf(world)
    const report = parseSnpReport(world.issueReport())
    await expect(verifySnpReport(report, { collateral, now, roots: AMD_ROOTS })).rejects.toMatchObject({
      code: 'SNP_CHAIN_ROOT',
    })
  })

  test.each(product === 'Turin' ? [3, 4, 5] : [2, 3, 4, 5])('a report of version %i', async (version) => {
    const report = parseSnpReport(world.issueReport({ version }))
    expect(claimsOfSnpReport((await verifySnpReport(report, trustOf(world))).report)).toMatchObject({
      version,
      reported_tcb_microcode: world.tcb.microcode,
      reported_tcb_snp: world.tcb.snp,
    })
  })

  test('is the same each time, and at another time but for its list', () => {
    expect(create(product).issueReport()).toEqual(world.issueReport())
    expect(create(product).certificate()).toEqual(world.certificate())
    const later = world.at(NOW + 86_400)
    expect(later.chain()).toBe(world.chain())
    expect(later.crl()).not.toEqual(world.crl())
  })
})

test.each([
  ['flat', 'Milan', 2],
  ['nested', 'Milan', 2],
  ['nested', 'Genoa', 3],
  ['nested', 'Turin', 5],
] as const)('evidence JSON, %s, of %s version %i rebuilds the report', (spelling, product, version) => {
  const world = create(product)
  const report = world.issueReport({ version, measurement: 'ab'.repeat(48), hostData: '01' })
  const der = world.certificate()
  const json =
    spelling === 'flat'
      ? encodeFlatSnpEvidence(report, [{ kind: 'VCEK', der }])
      : encodeSnpEvidence(parseSnpReport(report), [{ kind: 'VCEK', bytes: der }])
  const evidence = parseSnpEvidence(JSON.parse(JSON.stringify(json)))
  expect(encodeHex(evidence.report.bytes)).toBe(encodeHex(report))
  expect(evidence.certificates).toEqual([{ kind: 'VCEK', bytes: world.certificate() }])
})

test('authorities of 4096 bits, as the vendor has them', async () => {
  const world = createSnpWorld({ now: NOW, seed: 'full size' })
  const verified = await verifySnpReport(parseSnpReport(world.issueReport()), trustOf(world))
  expect(verified.simulated).toBe(true)
  const [ask] = trustOf(world).collateral.certificates.slice(1)
  expect(ask!.publicKey.modulus).toHaveLength(512)
})

test('SIMULATOR_VALUE_INVALID: report data that is too long, or no hexadecimal', () => {
  const world = create('Milan')
  const invalid = expect.objectContaining({ code: 'SIMULATOR_VALUE_INVALID' })
  expect(() => world.issueReport({ reportData: new Uint8Array(65) })).toThrow(invalid)
  expect(() => world.issueReport({ reportData: 'xy' })).toThrow(invalid)
  expect(() => createSnpWorld({ now: -1 })).toThrow(invalid)
})

test('a saved world is the same when loaded, and its keys are for the owner alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'snp-world-'))
  try {
    const world = create('Genoa')
    await saveSnpWorld(world, directory)
    const loaded = await loadSnpWorld(directory, NOW)
    expect(loaded.recipe).toEqual(world.recipe)
    expect(loaded.issueReport()).toEqual(world.issueReport())
    await expect(saveSnpWorld(world, directory)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_EXISTS' })
    await chmod(join(directory, 'world.json'), 0o640)
    await expect(loadSnpWorld(directory, NOW)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_EXPOSED' })
  } finally {
    await rm(directory, { recursive: true })
  }
})
