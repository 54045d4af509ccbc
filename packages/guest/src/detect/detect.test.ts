import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { REPORT_FILES, type ReportFiles } from '../attester/configfs-tsm/index.ts'
import { detectTee } from './detect.ts'

function fakeRoot(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'veritee-root-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

const withProvider = (provider: string): ReportFiles => ({
  ...REPORT_FILES,
  async makeEntry(path) {
    await REPORT_FILES.makeEntry(path)
    writeFileSync(join(path, 'provider'), `${provider}\n`)
  },
})

const REPORT = '/sys/kernel/config/tsm/report'

describe('detectTee', () => {
  test('names everything it looked at, and finds nothing on a bare machine', async () => {
    const detection = await detectTee({ root: fakeRoot({}) })
    expect(detection.tee).toBeUndefined()
    expect(detection.looked.length).toBeGreaterThan(8)
    expect(detection.looked.every((trace) => !trace.found)).toBe(true)
    expect(detection.looked[0]).toEqual({ path: REPORT, role: 'report', tee: 'tdx, snp, cca', found: false })
  })

  test.each([
    ['tdx_guest', 'tdx'],
    ['sev_guest', 'snp'],
    ['arm_cca_guest', 'cca'],
  ])('the provider %s makes the machine %s', async (provider, tee) => {
    const root = fakeRoot({ [`${REPORT}/.keep`]: '' })
    const detection = await detectTee({ root, files: withProvider(provider) })
    expect(detection.tee).toBe(tee)
    expect(detection.looked[0]).toMatchObject({ tee, found: true, note: `provider ${provider}` })
  })

  test('the device of Hygon CSV, which has no other interface, makes the machine csv', async () => {
    const detection = await detectTee({ root: fakeRoot({ '/dev/csv-guest': '' }) })
    expect(detection.tee).toBe('csv')
    const beside = fakeRoot({ '/dev/csv-guest': '', [`${REPORT}/.keep`]: '' })
    expect((await detectTee({ root: beside, files: withProvider('sev_guest') })).tee).toBe('snp')
  })

  test('an unknown provider is shown and is no TEE', async () => {
    const root = fakeRoot({ [`${REPORT}/.keep`]: '' })
    const detection = await detectTee({ root, files: withProvider('moon_guest') })
    expect(detection.tee).toBeUndefined()
    expect(detection.looked[0]).toMatchObject({ tee: 'unknown', found: true, note: 'provider moon_guest' })
  })

  test('a device node or a processor flag alone is a trace, not a TEE', async () => {
    const root = fakeRoot({ '/dev/tdx_guest': '', '/proc/cpuinfo': 'flags\t\t: fpu tdx_guest sgx\n' })
    const detection = await detectTee({ root })
    expect(detection.tee).toBeUndefined()
    const found = detection.looked.filter((trace) => trace.found)
    expect(found.map(({ path, tee }) => [path, tee])).toEqual([
      ['/dev/tdx_guest', 'tdx'],
      ['/proc/cpuinfo', 'tdx'],
      ['/proc/cpuinfo', 'sgx'],
    ])
  })

  test('says why an interface that is there could not be used', async () => {
    const root = fakeRoot({ [`${REPORT}/.keep`]: '' })
    const files = {
      ...REPORT_FILES,
      makeEntry: async () => Promise.reject(Object.assign(new Error(), { code: 'EACCES' })),
    }
    const detection = await detectTee({ root, files })
    expect(detection.looked[0]?.note).toBe('present, but no entry could be made: EACCES')
  })
})
