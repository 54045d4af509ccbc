import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import { EvidenceError } from '@veritee/evidence'
import { parseDcapRoot, verifyDcapQuote } from '@veritee/evidence/dcap'
import { createDcapWorld, type DcapWorld, type PccsOptions, type RunningPccs, servePccs } from '@veritee/simulator'
import { afterEach, describe, expect, test } from 'vitest'
import { exportBundle, readBundle } from '../bundle/index.ts'
import type { CollateralErrorCode } from '../errors.ts'
import type { CollateralNotice, PlatformSelector } from '../types.ts'
import { type CollateralClient, type CollateralClientOptions, createCollateralClient } from './index.ts'

const DAY = 86_400
/** A midnight and a morning: documents of the simulated world are issued at midnight. */
const NOW = 20_720 * DAY + 9 * 3600
const world = createDcapWorld({ now: NOW, seed: 'collateral client' })
const TDX: PlatformSelector = { tee: 'tdx', fmspc: world.recipe.fmspc, ca: 'platform' }
const QUICK = { retries: 3, baseDelayMs: 1, maxDelayMs: 20 }

const opened: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

async function serve(options: PccsOptions = {}, of: DcapWorld = world): Promise<RunningPccs> {
  const pccs = await servePccs(of, options)
  opened.push(() => pccs.close())
  return pccs
}

function connect(pccs: RunningPccs | undefined, options: Partial<CollateralClientOptions> = {}): CollateralClient {
  const endpoints = pccs === undefined ? [] : [{ url: pccs.baseUrl }]
  const client = createCollateralClient({ endpoints, now: () => NOW, retry: QUICK, ...options })
  opened.push(() => client.close())
  return client
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'collateral-'))
  opened.push(() => rm(directory, { recursive: true }))
  return directory
}

/** The code and details that work is refused with. */
async function refusalOf(work: Promise<unknown>): Promise<{ code: string; [name: string]: unknown }> {
  try {
    await work
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { ...error.details, code: error.code }
  }
  return { code: 'none' }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work)).code
}

describe('a set fetched from a service', () => {
  test.each(['tdx', 'sgx'] as const)('verifies a %s quote under the given root, and under no other', async (tee) => {
    const quote = tee === 'tdx' ? world.issueTdxQuote() : world.issueSgxQuote()
    const { collateral, key } = await connect(await serve()).fetchCollateralFor(quote)
    expect(key).toEqual({ ...TDX, tee, update: 'standard' })
    const verified = await verifyDcapQuote(quote, { collateral, now: NOW, roots: [parseDcapRoot(world.root.pem)] })
    expect([verified.tcb.status, verified.simulated]).toEqual(['UpToDate', true])
    await expect(verifyDcapQuote(quote, { collateral, now: NOW })).rejects.toMatchObject({
      code: 'DCAP_ROOT_UNTRUSTED',
    })
  })

  test('is the bundle of the platform, text for text', async () => {
    const { collateral } = await connect(await serve()).fetchCollateral(TDX)
    const bundle = world.collateral('tdx')
    expect(collateral).toMatchObject({
      tcbInfo: bundle.tcb_info,
      tcbInfoSignature: bundle.tcb_info_signature,
      tcbInfoIssuerChain: bundle.tcb_info_issuer_chain,
      qeIdentity: bundle.qe_identity,
      pckCrl: bundle.pck_crl,
      rootCaCrl: bundle.root_ca_crl,
      pckCrlIssuerChain: bundle.pck_crl_issuer_chain,
    })
  })

  test('comes from the version 3 interface too, for SGX', async () => {
    const pccs = await serve()
    const client = connect(undefined, { endpoints: [{ url: `${pccs.url}/sgx/certification/v3/` }] })
    const quote = world.issueSgxQuote()
    const { collateral } = await client.fetchCollateralFor(quote)
    expect(JSON.parse(collateral.tcbInfo)).toMatchObject({ version: 2 })
    const verified = await verifyDcapQuote(quote, { collateral, now: NOW, roots: [parseDcapRoot(world.root.pem)] })
    expect(verified.tcb.status).toBe('UpToDate')
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_NOT_FOUND')
  })

  test('is of a platform of the Processor CA where that is asked for', async () => {
    const processor = createDcapWorld({ now: NOW, seed: 'processor', ca: 'processor' })
    const quote = processor.issueSgxQuote()
    const { collateral, key } = await connect(await serve({}, processor)).fetchCollateralFor(quote)
    expect(key.ca).toBe('processor')
    const roots = [parseDcapRoot(processor.root.pem)]
    await expect(verifyDcapQuote(quote, { collateral, now: NOW, roots })).resolves.toMatchObject({ simulated: true })
  })

  test('is early or standard, and both can be compared', async () => {
    const coming = createDcapWorld({ now: NOW, seed: 'recovery', earlyTcbStatus: 'OutOfDate' })
    const { standard, early } = await connect(await serve({}, coming)).fetchBothUpdates(TDX)
    expect([standard, early].map(({ dates }) => dates.tcbEvaluationDataNumber)).toEqual([18, 19])
    const quote = coming.issueTdxQuote()
    const roots = [parseDcapRoot(coming.root.pem)]
    const statuses = [standard, early].map(
      async ({ collateral }) => (await verifyDcapQuote(quote, { collateral, now: NOW, roots })).tcb.status,
    )
    expect(await Promise.all(statuses)).toEqual(['UpToDate', 'OutOfDate'])
  })
})

describe('TLS', () => {
  test('is verified with the given authority', async () => {
    const pccs = await serve({ tls: true })
    const client = connect(undefined, { endpoints: [{ url: pccs.baseUrl, ca: pccs.tlsCa! }] })
    expect((await client.fetchCollateral(TDX)).source).toBe(pccs.baseUrl)
  })

  test('COLLATERAL_TLS_UNTRUSTED: an authority nobody named, even where the environment turns verification off', async () => {
    const pccs = await serve({ tls: true })
    const client = connect(pccs)
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_TLS_UNTRUSTED')
    } finally {
      Reflect.deleteProperty(process.env, 'NODE_TLS_REJECT_UNAUTHORIZED')
    }
    expect(pccs.requests).toEqual([])
  })

  test('COLLATERAL_TLS_UNTRUSTED: the right authority, another host name', async () => {
    const pccs = await serve({ tls: true, host: '127.0.0.2' })
    const client = connect(undefined, { endpoints: [{ url: pccs.baseUrl, ca: pccs.tlsCa! }] })
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_TLS_UNTRUSTED')
  })

  test('COLLATERAL_CA_INVALID: an authority that is no PEM', async () => {
    expect(() => connect(undefined, { endpoints: [{ url: 'https://pccs.example', ca: 'none' }] })).toThrow(
      expect.objectContaining({ code: 'COLLATERAL_CA_INVALID' }),
    )
  })
})

describe('a service that fails', () => {
  test('and recovers is asked again', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'status', status: 500, on: '/tcb', times: 2 })
    await connect(pccs).fetchCollateral(TDX)
    expect(pccs.requests.filter((request) => request.includes('/tcb'))).toHaveLength(3)
  })

  test('and says when to come back is asked then', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'status', status: 503, retryAfterSeconds: 3600, times: 1 })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('none')
  })

  const statuses: readonly [number, CollateralErrorCode, number][] = [
    [400, 'COLLATERAL_REQUEST_REJECTED', 1],
    [401, 'COLLATERAL_ACCESS_DENIED', 1],
    [404, 'COLLATERAL_NOT_FOUND', 1],
    [410, 'COLLATERAL_REQUEST_REJECTED', 1],
    [460, 'COLLATERAL_SERVICE_UNAVAILABLE', 4],
    [461, 'COLLATERAL_PLATFORM_UNKNOWN', 1],
    [462, 'COLLATERAL_NOT_FOUND', 1],
    [500, 'COLLATERAL_SERVICE_UNAVAILABLE', 4],
    [503, 'COLLATERAL_SERVICE_UNAVAILABLE', 4],
  ]
  test.each(statuses)('with %i is %s after %i requests', async (status, code, count) => {
    const pccs = await serve()
    pccs.inject({ kind: 'status', status, on: '/tcb' })
    expect(await refusalOf(connect(pccs).fetchCollateral(TDX))).toMatchObject({ code, expected: 200, actual: status })
    expect(pccs.requests.filter((request) => request.includes('/tcb'))).toHaveLength(count)
  })

  test('COLLATERAL_NOT_FOUND: a platform it has nothing for', async () => {
    expect(await codeOf(connect(await serve()).fetchCollateral({ ...TDX, fmspc: '00906ED50000' }))).toBe(
      'COLLATERAL_NOT_FOUND',
    )
  })

  test('COLLATERAL_REDIRECT_REFUSED', async () => {
    const [pccs, elsewhere] = [await serve(), await serve()]
    pccs.inject({ kind: 'redirect', location: `${elsewhere.baseUrl}tcb`, on: '/tcb' })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_REDIRECT_REFUSED')
    expect(elsewhere.requests).toEqual([])
  })

  test('COLLATERAL_TIMEOUT: it is late', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'delay', delayMs: 60_000, on: 'identity' })
    const client = connect(pccs, { limits: { timeoutMs: 100 }, retry: { retries: 0 } })
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_TIMEOUT')
  })

  test('COLLATERAL_TIMEOUT: its answer never ends', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'stall', on: 'pckcrl' })
    const client = connect(pccs, { limits: { timeoutMs: 100 }, retry: { retries: 0 } })
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_TIMEOUT')
  })

  test('COLLATERAL_RESPONSE_EXCESSIVE: its answer is a flood', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'flood', sizeBytes: 64 << 20, on: '/tcb' })
    const client = connect(pccs, { limits: { maxBodyBytes: 100_000 } })
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_RESPONSE_EXCESSIVE')
  })

  test('COLLATERAL_RESPONSE_EXCESSIVE: a header is', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'header', name: 'TCB-Info-Issuer-Chain', value: 'x'.repeat(100_000) })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_RESPONSE_EXCESSIVE')
  })

  test('COLLATERAL_SERVICE_UNREACHABLE: it hangs up', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'reset' })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_SERVICE_UNREACHABLE')
  })

  test('COLLATERAL_SERVICE_UNREACHABLE: nobody listens', async () => {
    const pccs = await serve()
    await pccs.close()
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_SERVICE_UNREACHABLE')
  })

  const garbled: readonly [string, Parameters<RunningPccs['inject']>[0]][] = [
    ['no chain', { kind: 'header', name: 'TCB-Info-Issuer-Chain', on: '/tcb' }],
    ['a chain that is no PEM', { kind: 'header', name: 'TCB-Info-Issuer-Chain', value: 'chain', on: '/tcb' }],
    ['a chain with broken escapes', { kind: 'header', name: 'SGX-PCK-CRL-Issuer-Chain', value: '%zz', on: 'pckcrl' }],
    ['garbage for TCB info', { kind: 'body', body: Uint8Array.of(0xff, 0xfe), on: '/tcb' }],
    ['JSON without a signature', { kind: 'body', body: Buffer.from('{"tcbInfo":{}}'), on: '/tcb' }],
    ['a page for a CRL', { kind: 'body', body: Buffer.from('<html>sign in</html>'), on: 'pckcrl' }],
    ['a root CRL cut short', { kind: 'body', body: Buffer.from('3082'), on: 'rootcacrl' }],
    ['nothing for an identity', { kind: 'body', body: new Uint8Array(0), on: 'identity' }],
  ]
  test.each(garbled)('COLLATERAL_RESPONSE_INVALID: it gives %s', async (_, fault) => {
    const pccs = await serve()
    pccs.inject(fault)
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_RESPONSE_INVALID')
  })

  test('COLLATERAL_MISMATCH: it gives TCB info of another TEE', async () => {
    const pccs = await serve()
    const { tcb_info, tcb_info_signature } = world.collateral('sgx')
    const body = Buffer.from(`{"tcbInfo":${tcb_info},"signature":"${tcb_info_signature}"}`)
    pccs.inject({ kind: 'body', body, on: '/tcb' })
    expect(await refusalOf(connect(pccs).fetchCollateral(TDX))).toMatchObject({
      code: 'COLLATERAL_MISMATCH',
      path: 'tcbInfo.id',
      expected: 'TDX',
      actual: 'SGX',
    })
  })

  test('is passed over for the next one, and its error is kept if all fail', async () => {
    const [first, second] = [await serve(), await serve()]
    first.inject({ kind: 'status', status: 404 })
    const client = connect(undefined, { endpoints: [{ url: first.url }, { url: second.url }] })
    expect((await client.fetchCollateral(TDX)).source).toBe(second.baseUrl)
    second.inject({ kind: 'status', status: 461 })
    expect(await refusalOf(client.fetchCollateral(TDX, { force: true }))).toMatchObject({
      code: 'COLLATERAL_NOT_FOUND',
      others: [{ code: 'COLLATERAL_PLATFORM_UNKNOWN' }],
    })
  })
})

describe('many callers', () => {
  test('of one set make one fetch', async () => {
    const pccs = await serve()
    const client = connect(pccs)
    const sets = await Promise.all(Array.from({ length: 50 }, () => client.fetchCollateral(TDX)))
    expect(new Set(sets).size).toBe(1)
    expect(pccs.requests.map((request) => request.split('?')[0]).toSorted()).toEqual([
      '/sgx/certification/v4/pckcrl',
      '/sgx/certification/v4/rootcacrl',
      '/tdx/certification/v4/qe/identity',
      '/tdx/certification/v4/tcb',
    ])
  })

  test('may give up one by one', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'delay', delayMs: 100, on: '/tcb' })
    const client = connect(pccs)
    const impatient = new AbortController()
    const [left, right] = [client.fetchCollateral(TDX, { signal: impatient.signal }), client.fetchCollateral(TDX)]
    impatient.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    expect((await right).key.tee).toBe('tdx')
  })
})

describe('a caller who gave up', () => {
  test('before asking causes no request', async () => {
    const pccs = await serve()
    await expect(connect(pccs).fetchCollateral(TDX, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(pccs.requests).toEqual([])
  })

  test('does not bring the process down when the fetch fails later', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'status', status: 404 })
    const client = connect(pccs)
    const impatient = new AbortController()
    const work = client.fetchCollateral(TDX, { signal: impatient.signal })
    impatient.abort(new Error('enough'))
    await expect(work).rejects.toThrow('enough')
    await client.settle()
  })
})

describe('a cached set', () => {
  test('is used until it is due, then refreshed while it is used', async () => {
    let now = NOW
    const pccs = await serve({ now: () => now })
    const client = connect(pccs, { now: () => now })
    const first = await client.fetchCollateral(TDX)
    now += DAY - 1
    expect(await client.fetchCollateral(TDX)).toBe(first)
    await client.settle()
    expect(pccs.requests).toHaveLength(4)
    now += 1
    expect(await client.fetchCollateral(TDX)).toBe(first)
    await client.settle()
    expect(pccs.requests).toHaveLength(8)
    expect((await client.fetchCollateral(TDX)).dates.issuedAt).toBe(first.dates.issuedAt + DAY)
  })

  test('is refreshed before it expires, however fresh it was fetched', async () => {
    let now = NOW
    const pccs = await serve({ now: () => now })
    const stale = pccs.inject({ kind: 'stale', ageSeconds: 28 * DAY })
    const client = connect(pccs, { now: () => now })
    const first = await client.fetchCollateral(TDX)
    stale()
    now = first.dates.expiresAt - DAY - 1
    expect(await client.fetchCollateral(TDX)).toBe(first)
    await client.settle()
    expect(pccs.requests).toHaveLength(4)
    now += 1
    expect(await client.fetchCollateral(TDX)).toBe(first)
    await client.settle()
    expect([pccs.requests.length, now - first.fetchedAt < DAY]).toEqual([8, true])
    expect((await client.fetchCollateral(TDX)).dates.expiresAt).toBeGreaterThan(first.dates.expiresAt)
  })

  test('is kept as long as the service says', async () => {
    let now = NOW
    const pccs = await serve({ maxAgeSeconds: 60 })
    const client = connect(pccs, { now: () => now })
    await client.fetchCollateral(TDX)
    now += 60
    await client.fetchCollateral(TDX)
    await client.settle()
    expect(pccs.requests).toHaveLength(8)
  })

  test('COLLATERAL_REFRESH_FAILED: is used on while the service is away, and told of once in a while', async () => {
    let now = NOW
    const notices: CollateralNotice[] = []
    const pccs = await serve()
    const client = connect(pccs, { now: () => now, onNotice: (notice) => notices.push(notice), retry: { retries: 0 } })
    const first = await client.fetchCollateral(TDX)
    await pccs.close()
    now += 2 * DAY
    for (let i = 0; i < 3; i++) {
      expect(await client.fetchCollateral(TDX)).toBe(first)
      await client.settle()
    }
    expect(notices.map(({ code }) => code)).toEqual(['COLLATERAL_REFRESH_FAILED'])
    expect(notices[0]?.cause).toMatchObject({ code: 'COLLATERAL_SERVICE_UNREACHABLE' })
    now += 300
    await client.fetchCollateral(TDX)
    await client.settle()
    expect(notices).toHaveLength(2)
  })

  test('is not used once it was fetched too long ago', async () => {
    let now = NOW
    const pccs = await serve()
    const client = connect(pccs, { now: () => now, retry: { retries: 0 } })
    await client.fetchCollateral(TDX)
    await pccs.close()
    now += 7 * DAY
    expect(await codeOf(client.fetchCollateral(TDX))).toBe('COLLATERAL_SERVICE_UNREACHABLE')
  })
})

describe('age', () => {
  test('COLLATERAL_TOO_OLD: a service that stopped updating, though nothing has expired', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'stale', ageSeconds: 8 * DAY })
    const limited = connect(pccs, { freshness: { maxAgeSeconds: 7 * DAY } })
    expect(await refusalOf(limited.fetchCollateral(TDX))).toMatchObject({
      code: 'COLLATERAL_TOO_OLD',
      path: 'issuedAt',
    })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('none')
  })

  test('COLLATERAL_TOO_OLD: a root CRL beyond its own limit', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'stale', ageSeconds: 60 * DAY, on: 'rootcacrl' })
    const client = connect(pccs, { freshness: { maxRootCrlAgeSeconds: 30 * DAY } })
    expect(await refusalOf(client.fetchCollateral(TDX))).toMatchObject({
      code: 'COLLATERAL_TOO_OLD',
      path: 'rootCaCrl.thisUpdate',
    })
  })

  test('COLLATERAL_EXPIRED: refused unless allowed by name', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'stale', ageSeconds: 31 * DAY })
    expect(await codeOf(connect(pccs).fetchCollateral(TDX))).toBe('COLLATERAL_EXPIRED')
    const client = connect(pccs, { freshness: { allowExpired: true } })
    expect((await client.fetchCollateral(TDX)).dates.expiresAt).toBeLessThan(NOW)
  })
})

describe('a cache directory', () => {
  test('serves a second client without a request, and offline', async () => {
    const [pccs, cacheDirectory] = [await serve(), await temporaryDirectory()]
    const first = await connect(pccs, { cacheDirectory }).fetchCollateral(TDX)
    expect(await readdir(cacheDirectory)).toEqual([`tdx-${world.recipe.fmspc}-platform-standard.json`])
    await pccs.close()
    expect(await connect(pccs, { cacheDirectory }).fetchCollateral(TDX)).toEqual(first)
    expect(await connect(undefined, { cacheDirectory }).fetchCollateral(TDX)).toEqual(first)
    expect(pccs.requests).toHaveLength(4)
  })

  const damage: readonly [string, (text: string) => string][] = [
    ['cut short', (text) => text.slice(0, text.length >> 1)],
    ['empty', () => ''],
    ['of another format', () => '{}'],
    [
      'changed in one digit',
      (text) => text.replace(/(?<=tcb_info_signature\\":\\")./, (digit) => (digit === '0' ? '1' : '0')),
    ],
  ]
  test.each(damage)('COLLATERAL_CACHE_CORRUPT: a file that is %s is named and fetched again', async (_, change) => {
    const [pccs, cacheDirectory] = [await serve(), await temporaryDirectory()]
    await connect(pccs, { cacheDirectory }).fetchCollateral(TDX)
    const file = join(cacheDirectory, `tdx-${world.recipe.fmspc}-platform-standard.json`)
    const text = await readFile(file, 'utf8')
    await writeFile(file, change(text))
    const notices: CollateralNotice[] = []
    await connect(pccs, { cacheDirectory, onNotice: (notice) => notices.push(notice) }).fetchCollateral(TDX)
    expect(notices.map(({ code, key }) => [code, key.tee])).toEqual([['COLLATERAL_CACHE_CORRUPT', 'tdx']])
    expect(pccs.requests).toHaveLength(8)
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('COLLATERAL_CACHE_CORRUPT: the file of another platform under this name', async () => {
    const [pccs, cacheDirectory] = [await serve(), await temporaryDirectory()]
    await connect(pccs, { cacheDirectory }).fetchCollateral({ ...TDX, tee: 'sgx' })
    const name = (tee: string): string => join(cacheDirectory, `${tee}-${world.recipe.fmspc}-platform-standard.json`)
    await writeFile(name('tdx'), await readFile(name('sgx')))
    const notices: CollateralNotice[] = []
    const set = await connect(pccs, { cacheDirectory, onNotice: (notice) => notices.push(notice) }).fetchCollateral(TDX)
    expect([notices[0]?.code, set.key.tee]).toEqual(['COLLATERAL_CACHE_CORRUPT', 'tdx'])
  })

  test('COLLATERAL_CACHE_UNWRITABLE: is told of, and the set is given all the same', async () => {
    const [pccs, directory] = [await serve(), await temporaryDirectory()]
    await writeFile(join(directory, 'file'), '')
    const notices: CollateralNotice[] = []
    const client = connect(pccs, { cacheDirectory: join(directory, 'file', 'cache'), onNotice: (n) => notices.push(n) })
    expect((await client.fetchCollateral(TDX)).key.tee).toBe('tdx')
    expect(notices.map(({ code }) => code)).toContain('COLLATERAL_CACHE_UNWRITABLE')
  })

  test('changes nothing about what is genuine: a forged file is refused by verification', async () => {
    const [pccs, cacheDirectory] = [await serve(), await temporaryDirectory()]
    const forger = createDcapWorld({ now: NOW, seed: 'forger' })
    await connect(await serve({}, forger), { cacheDirectory }).fetchCollateral(TDX)
    const { collateral } = await connect(pccs, { cacheDirectory }).fetchCollateral(TDX)
    expect(pccs.requests).toEqual([])
    const roots = [parseDcapRoot(world.root.pem)]
    await expect(verifyDcapQuote(world.issueTdxQuote(), { collateral, now: NOW, roots })).rejects.toThrow(EvidenceError)
  })
})

describe('bundles', () => {
  test('spare everybody the wait for a service that failed, for a minute', async () => {
    const online = connect(await serve())
    await online.fetchCollateral(TDX)
    const bundles = [readBundle(exportBundle(online.sets()), { name: 'saved.json' })]
    const pccs = await serve()
    const clock = { now: NOW }
    const client = connect(pccs, { bundles, retry: { retries: 0 }, now: () => clock.now })
    pccs.inject({ kind: 'status', status: 500, on: '/tcb' })
    const asked = async (force = false) => {
      const before = pccs.requests.length
      const { key } = await client.fetchCollateral(TDX, { force })
      expect(key).toMatchObject(TDX)
      return pccs.requests.length > before
    }
    expect([await asked(), await asked(), await asked(true)]).toEqual([true, false, true])
    clock.now += 59
    expect(await asked()).toBe(false)
    clock.now += 1
    expect(await asked()).toBe(true)
  })

  test('stand in for services, and for services that fail', async () => {
    const pccs = await serve()
    const online = connect(pccs)
    await online.fetchBothUpdates(TDX)
    const bundles = [readBundle(exportBundle(online.sets()), { name: 'saved.json' })]
    await pccs.close()
    const quote = world.issueTdxQuote()
    for (const client of [connect(undefined, { bundles }), connect(pccs, { bundles, retry: { retries: 0 } })]) {
      const { collateral } = await client.fetchCollateralFor(quote)
      const roots = [parseDcapRoot(world.root.pem)]
      await expect(verifyDcapQuote(quote, { collateral, now: NOW, roots })).resolves.toMatchObject({ simulated: true })
    }
  })

  test('COLLATERAL_ABSENT: nothing has the set', async () => {
    expect(await refusalOf(connect(undefined).fetchCollateral(TDX))).toMatchObject({
      code: 'COLLATERAL_ABSENT',
      tee: 'tdx',
      fmspc: world.recipe.fmspc,
    })
  })
})

describe('what is asked for', () => {
  const wrong = [
    { ...TDX, fmspc: '../../etc' },
    { ...TDX, fmspc: '00' },
    { ...TDX, tee: 'snp' as 'tdx' },
    { ...TDX, ca: 'root' as 'platform' },
  ]
  test.each(wrong)('COLLATERAL_QUERY_INVALID: %o', async (platform) => {
    expect(await codeOf(connect(undefined).fetchCollateral(platform))).toBe('COLLATERAL_QUERY_INVALID')
  })

  test('COLLATERAL_QUOTE_UNNAMED: a quote that carries no PCK certificate', async () => {
    const quote = world.issueTdxQuote({ certification: 'ppid' })
    expect(await codeOf(connect(undefined).fetchCollateralFor(quote))).toBe('COLLATERAL_QUOTE_UNNAMED')
  })

  test('COLLATERAL_QUOTE_UNNAMED: bytes that are no quote', async () => {
    expect(await codeOf(connect(undefined).fetchCollateralFor(new Uint8Array(64)))).toBe('COLLATERAL_QUOTE_UNNAMED')
  })
})
