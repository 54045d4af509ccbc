/**
 * Whole handshakes (challenge, evidence, token, one secret) of simulated TDX guests against the service over HTTP, with the
 * rate of a bare HTTP server of the same run beside it. Client and service are separate processes on the same cores.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createAdminToken } from '@veritee/service/admin'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { createCluster, POSTGRESQL_ABSENT } from '../packages/service/conformance/postgresql.ts'

const NOW = 1_790_000_000
const HANDSHAKES = Number(process.env['BENCH_HANDSHAKES'] ?? 2000)
const CONCURRENCY = 16
const SCRIPT = fileURLToPath(new URL('../packages/service/conformance/service-process.ts', import.meta.url))
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })

interface Answer {
  readonly status: number
  readonly cookie: string | undefined
  readonly body: string
}

function call(url: string, method: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => {
        const [cookie] = response.headers['set-cookie'] ?? []
        resolve({ status: response.statusCode ?? 0, cookie: cookie?.split(';', 1)[0], body: text })
      })
    })
    asked.on('error', reject).end(body)
  })
}

const world = createDcapWorld({ now: NOW, seed: 'bench' })

/** What a guest needs beside the service: one key, and quotes made beforehand where the nonce allows none. */
async function prepareGuest() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  return { alg: 'ECDH-ES+A256KW', crv, kty, x, y }
}

async function shakeHands(urls: readonly string[], index: number, key: object): Promise<void> {
  const base = `${urls[index % urls.length]}/kbs/v0`
  const challenge = await call(`${base}/auth`, 'POST', {}, '{"version":"0.4.0","tee":"tdx","extra-params":""}')
  const { nonce } = JSON.parse(challenge.body) as { nonce: string }
  const bound = JSON.stringify({ 'additional-evidence': '', nonce, 'tee-pubkey': key })
  const reportData = createHash('sha384').update(bound).digest()
  const evidence = JSON.parse(encodeTdxEvidence(world.issueTdxQuote({ reportData }))) as unknown
  const body = JSON.stringify({
    'runtime-data': { nonce, 'tee-pubkey': key },
    'tee-evidence': { primary_evidence: evidence, additional_evidence: '' },
  })
  const attested = await call(`${base}/attest`, 'POST', { cookie: challenge.cookie ?? '' }, body)
  if (attested.status !== 200) throw new Error(attested.body)
  const secret = await call(`${base}/resource/default/key/disk`, 'GET', { cookie: attested.cookie ?? '' })
  if (secret.status !== 200) throw new Error(secret.body)
}

async function measure(count: number, work: (index: number) => Promise<void>) {
  const times: number[] = []
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < count) {
        const began = performance.now()
        await work(next++)
        times.push(performance.now() - began)
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round((times[Math.floor((times.length - 1) * share)] ?? 0) * 10) / 10
  return { perSecond: Math.round(count / seconds), p50Ms: at(0.5), p99Ms: at(0.99) }
}

async function startProcess(directory: string, name: string, over: object) {
  const bundle = join(directory, 'collateral.json')
  const root = join(directory, 'root.pem')
  writeFileSync(bundle, JSON.stringify(world.collateral('tdx')))
  writeFileSync(root, world.root.pem)
  const keys = join(directory, 'keys')
  const config = {
    dir: join(directory, name),
    keys,
    listen: '127.0.0.1:0',
    collateral: { bundles: [bundle] },
    trustSimulatedRoots: [root],
    release: { statuses: ['affirming', 'warning'] },
    log: { level: 'silent' },
    ...over,
  }
  const file = join(directory, `${name}.json`)
  writeFileSync(file, JSON.stringify({ config, now: NOW }))
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--conditions=veritee-source', SCRIPT, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const readyMs = Math.round(performance.now() - startedAt)
  const token = await createAdminToken(readFileSync(join(keys, 'admin.pem'), 'utf8'), {
    now: NOW,
    lifetimeSeconds: 3600,
  })
  const stored = await call(
    `${url}/kbs/v0/resource/default/key/disk`,
    'POST',
    { authorization: `Bearer ${token}` },
    'a secret',
  )
  if (stored.status !== 200) throw new Error(stored.body)
  const readMemory = async () =>
    Math.round(
      Number(/^process_resident_memory_bytes (\d+)/m.exec((await call(`${url}/metrics`, 'GET')).body)?.[1]) / 2 ** 20,
    )
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { url, readyMs, readMemory, stop }
}

type Started = Awaited<ReturnType<typeof startProcess>>

async function measureServices(services: readonly Started[]) {
  const key = await prepareGuest()
  const urls = services.map(({ url }) => url)
  await measure(200, (index) => shakeHands(urls, index, key))
  const memory = async () => Promise.all(services.map(({ readMemory }) => readMemory()))
  const before = await memory()
  const result = await measure(HANDSHAKES, (index) => shakeHands(urls, index, key))
  const report = {
    ...result,
    readyMs: services.map(({ readyMs }) => readyMs),
    memoryMiB: { before, after: await memory() },
  }
  await Promise.all(services.map(({ stop }) => stop()))
  return report
}

async function measureBareHttp() {
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => answer.end('{"status":"ok"}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const report = await measure(HANDSHAKES * 3, async () => {
    await call(url, 'POST', {}, '{"version":"0.4.0"}')
  })
  server.close()
  return report
}

/** Handshakes a second, end to end: SQLite, PostgreSQL, and two replicas on PostgreSQL. */
export async function bench(): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-bench-'))
  const report: Record<string, unknown> = { handshakes: HANDSHAKES, concurrency: CONCURRENCY }
  try {
    report['bareHttpRequests'] = await measureBareHttp()
    const key = await prepareGuest()
    const quotes = await measure(500, async () => {
      encodeTdxEvidence(world.issueTdxQuote({ reportData: createHash('sha384').update(JSON.stringify(key)).digest() }))
    })
    report['quotesOfTheSimulator'] = quotes.perSecond
    report['sqlite'] = await measureServices([await startProcess(directory, 'sqlite', {})])
    if (POSTGRESQL_ABSENT !== undefined) return { ...report, postgresql: POSTGRESQL_ABSENT }
    const cluster = createCluster({ durable: true })
    try {
      const store = { driver: 'postgresql', url: await cluster.createUrl() }
      report['postgresql'] = await measureServices([await startProcess(directory, 'pg', { store })])
      const shared = { driver: 'postgresql', url: await cluster.createUrl() }
      const replicas = [
        await startProcess(directory, 'pg-a', { store: shared }),
        await startProcess(directory, 'pg-b', { store: shared }),
      ]
      report['postgresqlTwoReplicas'] = await measureServices(replicas)
    } finally {
      cluster.remove()
    }
    return report
  } finally {
    agent.destroy()
    rmSync(directory, { recursive: true, force: true })
  }
}
