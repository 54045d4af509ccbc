import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import { parseHskCek } from '@veritee/evidence/csv'
import { claimsOfDcu, parseDcuEvidence, verifyDcuReports } from '@veritee/evidence/dcu'
import { expect, test } from 'vitest'
import { codeOf } from '../../../../testkit/twins.ts'
import { createDcuWorld, DCU_BREAKAGES, DCU_UNBREAKABLE, type DcuCase, loadDcuWorld, saveDcuWorld } from './index.ts'

const world = createDcuWorld({ now: 1_790_000_000, seed: 'dcu' })

function verifyCase({ evidence, hskCek, root }: DcuCase) {
  const chips = hskCek === undefined ? [] : [parseHskCek(hskCek)]
  return verifyDcuReports(parseDcuEvidence(parseJson(JSON.stringify(evidence))), { chips, roots: [root] })
}

test.each([1, 8])('reports of %i devices are genuine and simulated', (devices) => {
  const evidence = world.issueEvidence({ userData: 'c0ffee', measure: 'ab'.repeat(32), devices })
  const verified = verifyCase({ evidence, hskCek: world.hskCek, root: world.root })
  expect(verified).toMatchObject({ simulated: true, root: 'Veritee simulated HRK' })
  expect(verified.reports).toHaveLength(devices)
  expect(claimsOfDcu(verified.reports)).toMatchObject({
    0: { body: { measure: 'ab'.repeat(32) }, report_data: `c0ffee${'00'.repeat(61)}` },
  })
})

test('CSV_CHAIN_ROOT: nobody trusts it unasked', async () => {
  const reports = parseDcuEvidence(world.issueEvidence())
  expect(await codeOf(() => verifyDcuReports(reports, { chips: [parseHskCek(world.hskCek)] }))).toBe('CSV_CHAIN_ROOT')
})

test.each(DCU_BREAKAGES)('$code: $title', async ({ code, apply }) => {
  expect(await codeOf(() => verifyCase(apply(world)))).toBe(code)
})

test('every code of the DCU room has one broken case, or a reason why no report raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('DCU_'))
  const covered = [...DCU_BREAKAGES.map(({ code }) => code), ...Object.keys(DCU_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})

test('SIMULATOR_VALUE_INVALID: no device, or more than are read', async () => {
  expect(await codeOf(() => world.issueEvidence({ devices: 32 }))).toBe('accepted')
  for (const devices of [0, 33, 1.5])
    expect(await codeOf(() => world.issueEvidence({ devices })), `${devices}`).toBe('SIMULATOR_VALUE_INVALID')
})

test('is the same when loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dcu-world-'))
  try {
    await saveDcuWorld(world, directory)
    expect((await loadDcuWorld(directory)).issueEvidence()).toEqual(world.issueEvidence())
  } finally {
    await rm(directory, { recursive: true })
  }
})
