import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeHex } from '@veritee/codec/bytes'
import { parseCsvEvidence, parseHskCek, verifyCsvEvidence } from '@veritee/evidence/csv'
import { parseSnpCollateral, parseSnpReport, verifySnpReport } from '@veritee/evidence/snp'
import { createCsvWorld } from '@veritee/simulator/csv'
import { type RunningKds, serveKds } from '@veritee/simulator/kds'
import { createSnpWorld } from '@veritee/simulator/snp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAmdKdsClient, createHygonKdsClient, type KdsClientOptions } from './index.ts'

const NOW = 1_790_000_000
const snp = (['Milan', 'Genoa', 'Turin'] as const).map((product) =>
  createSnpWorld({ now: NOW, seed: `kds ${product}`, product, authorityBits: 2048 }),
)
const [milan, genoa] = snp as [(typeof snp)[number], (typeof snp)[number]]
const csv = createCsvWorld({ now: NOW, seed: 'kds' })
const { serialNumber } = csv
const refusal = (code: string) => expect.objectContaining({ code })

let kds: RunningKds
let directory: string
let time = NOW
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  kds = await serveKds({ snp, csv: [csv] })
})
afterAll(() => kds.close())
beforeEach(async () => {
  time = NOW
  directory = await mkdtemp(join(tmpdir(), 'kds-'))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await rm(directory, { recursive: true })
})

const optionsOf = (more: Partial<KdsClientOptions> = {}): KdsClientOptions => ({
  now: () => time,
  baseUrl: kds.url,
  retry: { retries: 1, baseDelayMs: 1, maxDelayMs: 5 },
  ...more,
})
function openAmd(more: Partial<KdsClientOptions> = {}) {
  const client = createAmdKdsClient(optionsOf(more))
  closing.push(() => client.close())
  return client
}
function openHygon(more: Partial<KdsClientOptions> = {}) {
  const client = createHygonKdsClient(optionsOf(more))
  closing.push(() => client.close())
  return client
}
async function countRequests(work: () => Promise<unknown>): Promise<number> {
  const before = kds.requests.length
  await work()
  return kds.requests.length - before
}
const queryOf = (world: (typeof snp)[number]) => ({
  product: world.product,
  chipId: parseSnpReport(world.issueReport()).chipId,
  tcb: world.tcb,
})

describe('AMD', () => {
  test.each(snp)('everything for a report of $product', async (world) => {
    const report = parseSnpReport(world.issueReport())
    const files = await openAmd().fetchFor(report)
    expect(files).toHaveLength(3)
    const collateral = parseSnpCollateral(files)
    const verified = await verifySnpReport(report, { collateral, now: NOW, roots: [world.root] })
    expect(verified.revocationChecked).toBe(true)
  })

  test('a report of version 2 is asked for under Milan, then Genoa', async () => {
    const report = parseSnpReport(genoa.issueReport({ version: 2 }))
    const collateral = parseSnpCollateral(await openAmd().fetchFor(report))
    const verified = await verifySnpReport(report, { collateral, now: NOW, roots: [genoa.root] })
    expect(verified.product).toBe('Genoa')
  })

  test('under a VLEK the chain of VLEKs is fetched, and the leaf comes with the evidence', async () => {
    const report = parseSnpReport(milan.issueReport({ signedBy: 'vlek' }))
    const files = await openAmd().fetchFor(report)
    const collateral = parseSnpCollateral([milan.certificate('vlek'), ...files])
    expect((await verifySnpReport(report, { collateral, now: NOW, roots: [milan.root] })).signedBy).toBe('vlek')
  })

  test('asks as the service wants to be asked', async () => {
    await openAmd().fetchVcek(queryOf(milan))
    expect(kds.requests.at(-1)).toBe(
      `/vcek/v1/Milan/${encodeHex(milan.hardwareId)}?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219`,
    )
    const turin = snp[2]!
    await openAmd().fetchVcek(queryOf(turin))
    expect(kds.requests.at(-1)).toBe(
      `/vcek/v1/Turin/${encodeHex(turin.hardwareId)}?fmcSPL=01&blSPL=03&teeSPL=01&snpSPL=04&ucodeSPL=81`,
    )
  })

  test('a certificate is fetched once, whoever asks and however many ask at once', async () => {
    const client = openAmd({ cacheDirectory: directory })
    const ask = () => client.fetchVcek(queryOf(milan))
    expect(await countRequests(() => Promise.all([ask(), ask(), ask()]))).toBe(1)
    expect(await countRequests(ask)).toBe(0)
    const other = openAmd({ cacheDirectory: directory, offline: true })
    expect(await countRequests(() => other.fetchVcek(queryOf(milan)))).toBe(0)
    const folder = join(directory, 'vcek', encodeHex(milan.hardwareId))
    expect(await readdir(folder)).toEqual(['bl04_tee00_snp24_ucode219_vcek.der'])
  })

  test('the cache of one machine serves another that is offline', async () => {
    const report = parseSnpReport(genoa.issueReport())
    const files = await openAmd({ cacheDirectory: directory }).fetchFor(report)
    const offline = await openAmd({ stores: [directory], offline: true }).fetchFor(report)
    expect(offline).toEqual(files)
  })

  test('a store with a certificate that is not named by its TCB', async () => {
    const folder = join(directory, 'vcek', encodeHex(milan.hardwareId))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'vcek.der'), milan.certificate())
    const client = openAmd({ stores: [directory], offline: true })
    expect(await client.fetchVcek(queryOf(milan))).toEqual(milan.certificate())
    const other = { ...queryOf(milan), tcb: { ...milan.tcb, microcode: 1 } }
    await expect(client.fetchVcek(other)).rejects.toEqual(refusal('COLLATERAL_ABSENT'))
  })

  test('a revocation list is asked for again after a day, and the one at hand stands in while it is current', async () => {
    const client = openAmd({ cacheDirectory: directory })
    const ask = () => client.fetchCrl('Milan')
    expect(await countRequests(ask)).toBe(1)
    expect(await countRequests(ask)).toBe(0)
    time += 25 * 3600
    expect(await countRequests(ask)).toBe(1)
    time += 25 * 3600
    const restore = kds.inject({ kind: 'status', status: 503, on: '/crl' })
    expect(await ask()).toEqual(milan.crl())
    time += 400 * 86_400
    await expect(ask()).rejects.toEqual(refusal('COLLATERAL_SERVICE_UNAVAILABLE'))
    restore()
  })

  test('after a refusal for asking too often nobody is asked until the time it names', async () => {
    const restore = kds.inject({ kind: 'status', status: 429, retryAfterSeconds: 60 })
    const client = openAmd()
    const ask = () => client.fetchVcek(queryOf(milan))
    expect(await countRequests(() => expect(ask()).rejects.toEqual(refusal('COLLATERAL_SERVICE_UNAVAILABLE')))).toBe(2)
    expect(await countRequests(() => expect(ask()).rejects.toEqual(refusal('COLLATERAL_SERVICE_UNAVAILABLE')))).toBe(0)
    restore()
    time += 61
    expect(await ask()).toEqual(milan.certificate())
  })

  test('a refusal that passes is waited for', async () => {
    kds.inject({ kind: 'status', status: 429, retryAfterSeconds: 0, times: 1 })
    expect(await openAmd().fetchVcek(queryOf(milan))).toEqual(milan.certificate())
  })

  test('a list that cannot be had is left out, and verification says so', async () => {
    const restore = kds.inject({ kind: 'status', status: 404, on: '/crl' })
    const report = parseSnpReport(milan.issueReport())
    const collateral = parseSnpCollateral(await openAmd().fetchFor(report))
    restore()
    expect((await verifySnpReport(report, { collateral, now: NOW, roots: [milan.root] })).revocationChecked).toBe(false)
  })

  test.each<[string, string, () => Promise<unknown>]>([
    [
      'COLLATERAL_NOT_FOUND',
      'another chip',
      () => openAmd().fetchVcek({ ...queryOf(milan), chipId: new Uint8Array(64).fill(1) }),
    ],
    [
      'COLLATERAL_QUERY_INVALID',
      'a masked chip',
      () => openAmd().fetchVcek({ ...queryOf(milan), chipId: new Uint8Array(64) }),
    ],
    [
      'COLLATERAL_QUERY_INVALID',
      'half a chip',
      () => openAmd().fetchVcek({ ...queryOf(milan), chipId: new Uint8Array(8).fill(1) }),
    ],
    [
      'COLLATERAL_QUERY_INVALID',
      'a level of 256',
      () => openAmd().fetchVcek({ ...queryOf(milan), tcb: { ...milan.tcb, snp: 256 } }),
    ],
    ['COLLATERAL_QUERY_INVALID', 'a product that is a path', () => openAmd().fetchChain('../x' as 'Milan')],
    ['COLLATERAL_ABSENT', 'offline without a store', () => openAmd({ offline: true }).fetchChain('Milan')],
  ])('%s: %s', async (code, _, ask) => {
    await expect(ask()).rejects.toEqual(refusal(code))
  })

  test.each<[string, Uint8Array]>([
    ['COLLATERAL_RESPONSE_INVALID', new Uint8Array(100)],
    ['COLLATERAL_MISMATCH', genoa.certificate()],
    ['COLLATERAL_RESPONSE_EXCESSIVE', new Uint8Array(2 << 20)],
  ])('%s: what the service gives is no such certificate, and is not kept', async (code, body) => {
    const restore = kds.inject({ kind: 'body', body })
    const client = openAmd({ cacheDirectory: directory })
    await expect(client.fetchVcek(queryOf(milan))).rejects.toEqual(refusal(code))
    restore()
    expect(await readdir(directory)).toEqual([])
    expect(await client.fetchVcek(queryOf(milan))).toEqual(milan.certificate())
  })

  test('COLLATERAL_CACHE_CORRUPT is said of a damaged file, which is fetched again', async () => {
    const notices: string[] = []
    const folder = join(directory, 'vcek', encodeHex(milan.hardwareId))
    await mkdir(folder, { recursive: true })
    const file = join(folder, 'bl04_tee00_snp24_ucode219_vcek.der')
    await writeFile(file, milan.certificate().subarray(5))
    const client = openAmd({ cacheDirectory: directory, onNotice: ({ code }) => notices.push(code) })
    expect(await client.fetchVcek(queryOf(milan))).toEqual(milan.certificate())
    expect(notices).toEqual(['COLLATERAL_CACHE_CORRUPT'])
    expect(new Uint8Array(await readFile(file))).toEqual(milan.certificate())
  })

  test.each([
    ['COLLATERAL_ENDPOINT_INSECURE', 'http://kds.example/'],
    ['COLLATERAL_ENDPOINT_INVALID', 'kds.example'],
    ['COLLATERAL_ENDPOINT_INVALID', 'https://user:word@kds.example/'],
    ['COLLATERAL_ENDPOINT_INVALID', 'https://kds.example/?a=b'],
  ])('%s: %s', (code, baseUrl) => {
    expect(() => createAmdKdsClient({ now: () => NOW, baseUrl })).toThrow(refusal(code))
  })
})

describe('Hygon', () => {
  test('a chip that was fetched for its serial number binds it', async () => {
    const chip = await openHygon().fetchChip(serialNumber)
    const evidence = parseCsvEvidence(csv.issueEvidence({ withChain: false }))
    const chips = [{ ...parseHskCek(chip.bytes), serialNumber: chip.serialNumber }]
    expect(verifyCsvEvidence(evidence, { chips, roots: [csv.root] }).serialNumberBound).toBe(true)
    expect(kds.requests.at(-1)).toBe(`/hsk_cek?snumber=${serialNumber}`)
  })

  test('is fetched once, and found in the cache', async () => {
    const client = openHygon({ cacheDirectory: directory })
    const ask = () => client.fetchChip(serialNumber)
    expect(await countRequests(() => Promise.all([ask(), ask()]))).toBe(1)
    const offline = openHygon({ stores: [directory], offline: true })
    expect((await offline.fetchChip(serialNumber)).bytes).toEqual(csv.hskCek)
    expect(await readdir(join(directory, serialNumber))).toEqual(['hsk_cek.cert'])
  })

  test('a store with files beside each other', async () => {
    await writeFile(join(directory, `${serialNumber}_hsk_cek.cert`), csv.hskCek)
    const client = openHygon({ stores: [directory], offline: true })
    expect((await client.fetchChip(serialNumber)).bytes).toEqual(csv.hskCek)
  })

  test.each(['', '../../etc/passwd', 'a/b', 'A&x=1', 'A'.repeat(65), 'A\0', 'É'])(
    'COLLATERAL_QUERY_INVALID: the serial number %j',
    async (name) => {
      const client = openHygon()
      const requests = await countRequests(() =>
        expect(client.fetchChip(name)).rejects.toEqual(refusal('COLLATERAL_QUERY_INVALID')),
      )
      expect(requests).toBe(0)
    },
  )

  test.each<[string, Uint8Array]>([
    ['cut short', csv.hskCek.subarray(1)],
    ['with a byte more', new Uint8Array(2917)],
    ['all zeros', new Uint8Array(2916)],
  ])('COLLATERAL_RESPONSE_INVALID: an answer %s', async (_, body) => {
    const restore = kds.inject({ kind: 'body', body })
    await expect(openHygon().fetchChip(serialNumber)).rejects.toEqual(refusal('COLLATERAL_RESPONSE_INVALID'))
    restore()
  })

  test('COLLATERAL_NOT_FOUND: a chip that is not known', async () => {
    await expect(openHygon().fetchChip('UNKNOWN1')).rejects.toEqual(refusal('COLLATERAL_NOT_FOUND'))
  })

  test('COLLATERAL_REDIRECT_REFUSED: a service that sends elsewhere', async () => {
    const restore = kds.inject({ kind: 'redirect', location: 'http://elsewhere.invalid/' })
    await expect(openHygon().fetchChip(serialNumber)).rejects.toEqual(refusal('COLLATERAL_REDIRECT_REFUSED'))
    restore()
  })
})
