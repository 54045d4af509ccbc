/**
 * The kernel's interface does not exist on a machine that is no TEE, so a fake kernel stands in: real files in a directory
 * of their own, and the behaviour of configfs around them (attributes appear with a directory and go with it, a write of
 * `inblob` counts up `generation` and makes `outblob`). What a real kernel adds is not tested here.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { REPORT_FILES, type ReportFiles } from './files.ts'
import { createTdxAttester } from './tdx.ts'

const REPORT_DATA = Uint8Array.from({ length: 48 }, (_, index) => index + 1)

interface Kernel {
  provider?: string
  makeQuote?: (inblob: Uint8Array) => Uint8Array
  /** Runs after our write, as another program would. */
  afterWrite?: (entry: string) => void
  failures?: Partial<Record<'makeEntry' | 'write' | 'read', string[]>>
}

function fakeKernel(kernel: Kernel = {}): ReportFiles {
  const { provider = 'tdx_guest', makeQuote = (inblob) => Uint8Array.of(4, 0, ...inblob) } = kernel
  const failures = structuredClone(kernel.failures ?? {})
  const fail = (call: keyof typeof failures) => {
    const code = failures[call]?.shift()
    if (code !== undefined) throw Object.assign(new Error(code), { code })
  }
  const count = (entry: string) => {
    const generation = Number(readFileSync(join(entry, 'generation'), 'utf8'))
    writeFileSync(join(entry, 'generation'), `${generation + 1}\n`)
  }
  return {
    async makeEntry(path) {
      fail('makeEntry')
      await REPORT_FILES.makeEntry(path)
      writeFileSync(join(path, 'provider'), `${provider}\n`)
      writeFileSync(join(path, 'generation'), '0\n')
      writeFileSync(join(path, 'inblob'), '')
    },
    async removeEntry(path) {
      for (const name of readdirSync(path)) rmSync(join(path, name))
      await REPORT_FILES.removeEntry(path)
    },
    async read(path, maxBytes) {
      if (basename(path) === 'outblob') fail('read')
      return REPORT_FILES.read(path, maxBytes)
    },
    async write(path, value) {
      fail('write')
      await REPORT_FILES.write(path, value)
      const entry = dirname(path)
      count(entry)
      writeFileSync(join(entry, 'outblob'), makeQuote(value))
      kernel.afterWrite?.(entry)
    },
  }
}

describe('TDX attester over configfs-tsm (fake kernel)', () => {
  let baseDir: string
  beforeEach(() => {
    baseDir = mkdtempSync(join(tmpdir(), 'veritee-tsm-'))
    onTestFinished(() => rmSync(baseDir, { recursive: true, force: true }))
  })
  const collect = (kernel?: Kernel, reportData: Uint8Array = REPORT_DATA, eventLogPath = join(baseDir, 'absent')) =>
    createTdxAttester({ baseDir, eventLogPath, files: fakeKernel(kernel) }).collect(reportData)

  test('returns the quote over the report data, and leaves no entry', async () => {
    const evidence = await collect()
    expect(Buffer.from(evidence['quote'] as string, 'base64')).toEqual(Buffer.of(4, 0, ...REPORT_DATA))
    expect(evidence['cc_eventlog']).toBeNull()
    expect(readdirSync(baseDir)).toEqual([])
  })

  test('adds the event log where the firmware has one', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'veritee-ccel-')), 'CCEL')
    onTestFinished(() => rmSync(dirname(log), { recursive: true, force: true }))
    writeFileSync(log, 'events')
    const evidence = await collect({}, REPORT_DATA, log)
    expect(evidence['cc_eventlog']).toBe(Buffer.from('events').toString('base64'))
  })

  test('two at once use entries of their own', async () => {
    const files = fakeKernel()
    const attester = createTdxAttester({ baseDir, files, eventLogPath: join(baseDir, 'absent') })
    const quotes = await Promise.all([1, 2, 3, 4].map((byte) => attester.collect(Uint8Array.of(byte))))
    expect(quotes.map((evidence) => Buffer.from(evidence['quote'] as string, 'base64').at(-1))).toEqual([1, 2, 3, 4])
  })

  test('waits while the kernel is busy', async () => {
    const evidence = await collect({ failures: { write: ['EBUSY', 'EINTR'], read: ['EBUSY'] } })
    expect(evidence['quote']).toBeTypeOf('string')
  })

  test.each<[string, Kernel, Uint8Array?]>([
    ['GUEST_ATTESTER_UNAVAILABLE', { failures: { makeEntry: ['ENOENT'] } }],
    ['GUEST_ATTESTER_PERMISSION', { failures: { makeEntry: ['EACCES'] } }],
    ['GUEST_ATTESTER_PERMISSION', { failures: { write: ['EPERM'] } }],
    ['GUEST_ATTESTER_PROVIDER_MISMATCH', { provider: 'sev_guest' }],
    ['GUEST_ATTESTER_QUOTE_FAILED', { failures: { read: ['EIO'] } }],
    ['GUEST_ATTESTER_QUOTE_FAILED', { failures: { read: ['EBUSY', 'EBUSY', 'EBUSY', 'EBUSY', 'EBUSY'] } }],
    ['GUEST_ATTESTER_QUOTE_FAILED', { makeQuote: () => new Uint8Array() }],
    ['GUEST_ATTESTER_QUOTE_FAILED', { makeQuote: () => new Uint8Array(32 * 1024 + 1) }],
    ['GUEST_ATTESTER_RACED', { afterWrite: (entry) => writeFileSync(join(entry, 'generation'), '2\n') }],
    ['GUEST_ATTESTER_REPORT_DATA_INVALID', {}, new Uint8Array()],
    ['GUEST_ATTESTER_REPORT_DATA_INVALID', {}, new Uint8Array(65)],
  ])('%s: %j', async (code, kernel, reportData) => {
    await expect(collect(kernel, reportData ?? REPORT_DATA)).rejects.toMatchObject({ code })
    expect(readdirSync(baseDir)).toEqual([])
  })

  test('GUEST_ATTESTER_UNAVAILABLE: the real operations where there is no such interface', async () => {
    const attester = createTdxAttester({ baseDir: join(baseDir, 'absent') })
    await expect(attester.collect(REPORT_DATA)).rejects.toMatchObject({ code: 'GUEST_ATTESTER_UNAVAILABLE' })
  })

  test('the real operations read and write whole attributes', async () => {
    const path = join(baseDir, 'attribute')
    writeFileSync(path, '')
    await REPORT_FILES.write(path, REPORT_DATA)
    expect(await REPORT_FILES.read(path, 64)).toEqual(REPORT_DATA)
    expect(await REPORT_FILES.read(path, 10)).toHaveLength(11)
  })
})
