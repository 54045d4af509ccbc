/** Guests of the key broker and a service process to ask, for benchmarks: simulated TDX evidence, whole handshakes over HTTP. */
import { spawn } from 'node:child_process'
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createAdminToken } from '@veritee/service/admin'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'

const NOW = 1_790_000_000
/** Guests at once, unless a benchmark says otherwise. */
const GUESTS = 16
const SCRIPT = fileURLToPath(new URL('../packages/service/conformance/service-process.ts', import.meta.url))
const agent = new Agent({ keepAlive: true, maxSockets: GUESTS * 4 })

interface Answer {
  readonly status: number
  readonly cookie: string | undefined
  readonly body: string
}

export function call(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
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

/** The public key that a guest asks secrets to be encrypted to. */
export async function prepareGuest() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  return { alg: 'ECDH-ES+A256KW', crv, kty, x, y }
}

/** Where a quote of version 4 has its report data, and where the signed part ends. */
const REPORT_DATA = 48 + 520
const SIGNED_BYTES = 48 + 584

/**
 * Quotes that differ in nothing but their report data, signed by the runtime: the guest is not what is measured, and its
 * hardware would sign for it.
 */
function createQuoteIssuer(): (reportData: Uint8Array) => Uint8Array {
  const template = world.issueTdxQuote({ reportData: new Uint8Array(64) })
  const key = createPrivateKey(world.draft('tdx').quote.attestationKey.exportPem())
  return (reportData) => {
    const quote = template.slice()
    quote.fill(0, REPORT_DATA, SIGNED_BYTES)
    quote.set(reportData, REPORT_DATA)
    quote.set(sign('sha256', quote.subarray(0, SIGNED_BYTES), { key, dsaEncoding: 'ieee-p1363' }), SIGNED_BYTES + 4)
    return quote
  }
}

const issueQuote = createQuoteIssuer()

/** One guest: challenge, evidence, token, one secret. */
export async function shakeHands(urls: readonly string[], index: number, key: object): Promise<void> {
  const base = `${urls[index % urls.length]}/kbs/v0`
  const challenge = await call(`${base}/auth`, 'POST', {}, '{"version":"0.4.0","tee":"tdx","extra-params":""}')
  const { nonce } = JSON.parse(challenge.body) as { nonce: string }
  const bound = JSON.stringify({ 'additional-evidence': '', nonce, 'tee-pubkey': key })
  const reportData = createHash('sha384').update(bound).digest()
  const evidence = JSON.parse(encodeTdxEvidence(issueQuote(reportData))) as unknown
  const body = JSON.stringify({
    'runtime-data': { nonce, 'tee-pubkey': key },
    'tee-evidence': { primary_evidence: evidence, additional_evidence: '' },
  })
  const attested = await call(`${base}/attest`, 'POST', { cookie: challenge.cookie ?? '' }, body)
  if (attested.status !== 200) throw new Error(attested.body)
  const secret = await call(`${base}/resource/default/key/disk`, 'GET', { cookie: attested.cookie ?? '' })
  if (secret.status !== 200) throw new Error(secret.body)
}

/** Runs work manifold at once, each time beginning anew when it is done. */
export async function measureMany(count: number, work: (index: number) => Promise<void>, guests: number = GUESTS) {
  const times: number[] = []
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: guests }, async () => {
      while (next < count) {
        const began = performance.now()
        await work(next++)
        times.push(performance.now() - began)
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  times.sort((a, b) => a - b)
  return { guests, perSecond: Math.round(count / seconds), p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }
}

/** Begins work at an even pace, whether what was begun before is done or not. */
export async function measurePaced(count: number, perSecond: number, work: (index: number) => Promise<void>) {
  const startedAt = performance.now()
  const running: Promise<number>[] = []
  for (let index = 0; index < count; index++) {
    const due = startedAt + (index * 1000) / perSecond
    await wait(Math.max(0, due - performance.now()))
    // Counted from when it was due: what waits behind something slow has waited.
    running.push(work(index).then(() => performance.now() - due))
  }
  const times = (await Promise.all(running)).sort((a, b) => a - b)
  return { perSecond, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }
}

/** @param times ascending */
function quantile(times: readonly number[], share: number): number {
  return Math.round((times[Math.floor((times.length - 1) * share)] ?? 0) * 10) / 10
}

/** A service in a process of its own, with one secret in it. */
export async function startProcess(directory: string, name: string, over: object) {
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

export type Started = Awaited<ReturnType<typeof startProcess>>

/** Closes the connections of this process. */
export function hangUp(): void {
  agent.destroy()
}
