/** A fake kernel stands in for configfs: it hands out a genuine report, whatever the report data. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseSnpEvidence } from '@veritee/evidence/snp'
import { createSnpWorld, encodeCertificateTable, TABLE_GUIDS } from '@veritee/simulator/snp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { REPORT_FILES, type ReportFiles } from './files.ts'
import { createSnpAttester } from './snp.ts'

function attesterOf(provider: string, outblob: Uint8Array, written: Uint8Array[] = [], auxblob?: Uint8Array) {
  const baseDir = mkdtempSync(join(tmpdir(), 'veritee-snp-'))
  onTestFinished(() => rmSync(baseDir, { recursive: true, force: true }))
  const files: ReportFiles = {
    ...REPORT_FILES,
    async makeEntry(path) {
      await REPORT_FILES.makeEntry(path)
      writeFileSync(join(path, 'provider'), `${provider}\n`)
      writeFileSync(join(path, 'generation'), '1\n')
      writeFileSync(join(path, 'inblob'), '')
    },
    async removeEntry(path) {
      for (const name of readdirSync(path)) rmSync(join(path, name))
      await REPORT_FILES.removeEntry(path)
    },
    async write(path, value) {
      written.push(value)
      writeFileSync(join(dirname(path), 'outblob'), outblob)
      if (auxblob !== undefined) writeFileSync(join(dirname(path), 'auxblob'), auxblob)
    },
  }
  return { attester: createSnpAttester({ baseDir, files }), baseDir }
}

describe.skipIf(!haveVectors)(`SNP evidence from the kernel${vectorsAbsent}`, () => {
  test('carries the report, pads the report data, and leaves no entry', async () => {
    const written: Uint8Array[] = []
    const { attester, baseDir } = attesterOf('sev_guest', readVector('snp/turin-report.bin'), written)
    const evidence = await attester.collect(Uint8Array.of(7, 8))
    expect(parseSnpEvidence(evidence).report.bytes).toEqual(readVector('snp/turin-report.bin'))
    expect(written).toEqual([Uint8Array.from({ length: 64 }, (_, index) => [7, 8][index] ?? 0)])
    expect(readdirSync(baseDir)).toEqual([])
  })

  test.each([
    ['GUEST_ATTESTER_PROVIDER_MISMATCH', 'tdx_guest', 1184],
    ['SNP_REPORT_SIZE', 'sev_guest', 1183],
  ])('%s', async (code, provider, size) => {
    const { attester } = attesterOf(provider, readVector('snp/turin-report.bin').subarray(0, size))
    await expect(attester.collect(Uint8Array.of(1))).rejects.toMatchObject({ code })
  })
})

describe('the certificates that the host gives beside a report', () => {
  const world = createSnpWorld({ now: 1_790_000_000, seed: 'guest', authorityBits: 2048 })
  const table = encodeCertificateTable([
    { guid: TABLE_GUIDS.vcek, bytes: world.certificate() },
    { guid: '00112233445566778899aabbccddeeff', bytes: Uint8Array.of(1) },
  ])
  const certificatesOf = async (auxblob?: Uint8Array) => {
    const { attester } = attesterOf('sev_guest', world.issueReport(), [], auxblob)
    const { certificates } = parseSnpEvidence(await attester.collect(Uint8Array.of(7)))
    return certificates.map(({ kind, bytes }) => [kind, bytes])
  }

  test('go into the evidence', async () => {
    expect(await certificatesOf(table)).toEqual([['VCEK', world.certificate()]])
  })

  test.each<[string, Uint8Array | undefined]>([
    ['no attribute', undefined],
    ['an empty one', new Uint8Array()],
    ['a table that is cut short', table.subarray(0, 100)],
    ['a table beyond any', new Uint8Array(65_537).fill(1)],
  ])('%s leaves evidence without them', async (_what, auxblob) => {
    expect(await certificatesOf(auxblob)).toEqual([])
  })
})
