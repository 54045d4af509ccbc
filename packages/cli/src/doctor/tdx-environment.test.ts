import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunProgram } from '@veritee/guest/tdreport'
import { createDcapWorld } from '@veritee/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { probeTdxEnvironment } from './tdx-environment.ts'

const KERNEL = '5.10.134-16.1.al8.x86_64'
const world = createDcapWorld({ now: 1_750_809_600, seed: 'doctor' })

/** A machine made of files, whose kernel log and TDX device answer as given. */
function machine(files: Record<string, string>, { log = '', attributes = 1n << 28n, logReadable = true } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'veritee-doctor-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const run: RunProgram = async (program) =>
    program === 'dmesg'
      ? { status: logReadable ? 0 : 1, stdout: new TextEncoder().encode(log), stderr: '' }
      : { status: 0, stdout: world.issueTdReport({ tdAttributes: attributes }), stderr: '' }
  return async (kernel = KERNEL) => {
    const { probes, collateralUrl } = await probeTdxEnvironment({ root, run, kernel })
    return { of: (id: string) => probes.find((probe) => probe.id === id)!, probes, collateralUrl }
  }
}

const GUEST = { '/dev/tdx_guest': '', '/proc/meminfo': 'MemTotal:       16384000 kB\n' }

test('a protected guest as the guide sets it up', async () => {
  const url = 'https://sgx-dcap-server.cn-beijing.aliyuncs.com/sgx/certification/v4/'
  const look = machine({
    ...GUEST,
    '/etc/sgx_default_qcnl.conf': `# comment\nPCCS_URL=${url}\n`,
    '/etc/tdx-attest.conf': 'port = 4050\n',
  })
  const { of, probes, collateralUrl } = await look()
  expect(probes.every(({ state }) => state === 'ok')).toBe(true)
  expect(of('tdx.debug').what).toContain('NO_DEBUG')
  expect(of('tdx.swiotlb').what).toContain('960 MiB')
  expect(of('tdx.qgs').what).toContain('4050')
  expect(collateralUrl).toBe(url)
})

test('a debug guest is wrong', async () => {
  expect((await machine(GUEST, { attributes: 1n })()).of('tdx.debug')).toMatchObject({ state: 'wrong' })
})

test.each([
  ['5.10.134-15.al8.x86_64', 'wrong'],
  ['5.10.134-16.al8.x86_64', 'ok'],
  ['6.1.0-21-amd64', 'wrong'],
  ['6.8.0-40-generic', 'ok'],
])('kernel %s is %s', async (kernel, state) => {
  expect((await machine(GUEST)(kernel)).of('tdx.kernel').state).toBe(state)
})

test('full bounce buffers: the parameter that doubles them', async () => {
  const log = '[1.0] virtio_net: swiotlb buffer is full (sz: 4096 bytes)'
  const small = await machine(GUEST, { log })()
  expect(small.of('tdx.swiotlb.full')).toMatchObject({ state: 'wrong' })
  expect(small.of('tdx.swiotlb.full').next).toContain('swiotlb=983040 (1920 MiB')
  const tiny = await machine({ ...GUEST, '/proc/cmdline': 'quiet swiotlb=32768' }, { log })()
  expect(tiny.of('tdx.swiotlb').what).toContain('64 MiB')
  expect(tiny.of('tdx.swiotlb.full').next).toContain('swiotlb=524288 (1024 MiB')
  const said = await machine({ ...GUEST, '/sys/kernel/debug/swiotlb/io_tlb_nslabs': '524288\n' })()
  expect(said.of('tdx.swiotlb').what).toContain('1024 MiB')
})

test('a kernel log that may not be read is said', async () => {
  expect((await machine(GUEST, { logReadable: false })()).of('tdx.swiotlb.full').state).toBe('missing')
})

test('a malformed collateral configuration is wrong, with its code', async () => {
  const { of } = await machine({ ...GUEST, '/etc/sgx_default_qcnl.conf': 'PCCS_URL' })()
  expect(of('qcnl')).toMatchObject({ state: 'wrong', what: expect.stringContaining('COLLATERAL_CONFIG_INVALID') })
})

test('on a machine without TDX nothing is wrong, and it says what can be done', async () => {
  const { probes, of } = await machine({})('6.1.0-21-amd64')
  expect(probes.filter(({ state }) => state === 'wrong')).toEqual([])
  expect(of('tdx.debug').next).toContain('veritee simulate tdx')
})
