/** A service on a data directory of its own, a simulated Intel world that it was told to trust, and guests of that world. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeHex } from '@veritee/codec/bytes'
import { parseQuote, type TdxQuote } from '@veritee/evidence/dcap'
import type { Attester, EvidenceJson } from '@veritee/guest'
import { createDcapWorld, type DcapWorld, encodeTdxEvidence, type TdxQuoteOptions } from '@veritee/simulator'
import { flattenedDecrypt } from 'jose'
import { onTestFinished } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { createService, type Service, type ServiceConfigInput } from '../src/index.ts'

/** The time of the simulated world and of the service's clock, epoch seconds. */
export const NOW = 1_790_000_000

export const world: DcapWorld = createDcapWorld({ now: NOW, seed: 'service conformance' })

/** A TDX guest of the simulated world; `values` change what its quote says. */
export function createGuest(values: TdxQuoteOptions = {}, from: DcapWorld = world): Attester {
  return {
    tee: 'tdx',
    collect: async (reportData) =>
      JSON.parse(encodeTdxEvidence(from.issueTdxQuote({ ...values, reportData }))) as EvidenceJson,
  }
}

const { mrTd } = (parseQuote(world.issueTdxQuote()) as TdxQuote).body

/** What every guest of a simulated world measures to, unless a test changes it. */
export const EXPECTATIONS = `tee = "tdx"\n[claims]\n"tdx.quote.body.mr_td" = "${encodeHex(mrTd)}"\n`

/** A data directory with the files of the simulated world beside it; removed after the test. */
export interface Site {
  readonly dir: string
  readonly config: ServiceConfigInput
  write(name: string, content: string): string
}

export function createSite(from: DcapWorld = world): Site {
  const root = mkdtempSync(join(tmpdir(), 'veritee-service-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (name: string, content: string) => {
    const path = join(root, name)
    writeFileSync(path, content)
    return path
  }
  const dir = join(root, 'data')
  const config: ServiceConfigInput = {
    dir,
    listen: '127.0.0.1:0',
    collateral: { bundles: [write('collateral.json', JSON.stringify(from.collateral('tdx')))] },
    trustSimulatedRoots: [write('root.pem', from.root.pem)],
    expect: write('expect.toml', EXPECTATIONS),
    log: { level: 'trace' },
  }
  return { dir, config, write }
}

/** A running service with its log lines, its clock, and an administrator's hand. */
export interface Running {
  readonly service: Service
  readonly url: string
  readonly lines: string[]
  readonly clock: { now: number }
  /** An administrator's request; the token is made anew for each. */
  admin(method: string, path: string, body?: string | Uint8Array): Promise<Response>
  putSecret(path: string, secret: string): Promise<void>
}

export async function startService(site: Site, over: Partial<ServiceConfigInput> = {}): Promise<Running> {
  const clock = { now: NOW }
  const lines: string[] = []
  const service = await createService(
    { ...site.config, ...over },
    { now: () => clock.now, logTo: { write: (line) => void lines.push(line) } },
  )
  onTestFinished(() => service.stop())
  const { url } = await service.start()
  const admin: Running['admin'] = async (method, path, body) => {
    const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: clock.now })
    const init = { method, headers: { authorization: `Bearer ${token}` } }
    return fetch(`${url}/kbs/v0${path}`, body === undefined ? init : { ...init, body: body as BodyInit })
  }
  const putSecret = async (path: string, secret: string) => {
    const response = await admin('POST', `/resource/${path}`, secret)
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  }
  return { service, url, lines, clock, admin, putSecret }
}

/** What a hand-made client holds after `auth`: made from the protocol's text, not with the house's own client. */
export class HandClient {
  readonly url: string
  cookie = ''
  nonce = ''
  keys: CryptoKeyPair | undefined

  readonly headers: Record<string, string>

  /** @param headers sent with every request */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.url = `${url}/kbs/v0`
    this.headers = headers
  }

  async auth(body: unknown = { version: '0.4.0', tee: 'tdx', 'extra-params': '' }): Promise<Response> {
    const response = await this.post('/auth', body)
    if (response.status === 200) this.nonce = ((await response.clone().json()) as { nonce: string }).nonce
    return response
  }

  /** The attestation body of a guest, before it is changed for the worse. */
  async prepare(guest: Attester): Promise<Record<string, unknown>> {
    this.keys = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', this.keys.publicKey)
    const key = { alg: 'ECDH-ES+A256KW', crv, kty, x, y }
    // Canonical JSON: members in ascending order, no blanks.
    const bound = JSON.stringify({ 'additional-evidence': '', nonce: this.nonce, 'tee-pubkey': key })
    const evidence = await guest.collect(createHash('sha384').update(bound).digest())
    return {
      'init-data': null,
      'runtime-data': { nonce: this.nonce, 'tee-pubkey': key },
      'tee-evidence': { primary_evidence: evidence, additional_evidence: '' },
    }
  }

  attest(body: unknown): Promise<Response> {
    return this.post('/attest', body)
  }

  async attestAs(guest: Attester): Promise<Response> {
    return this.attest(await this.prepare(guest))
  }

  resource(path: string, headers: Record<string, string> = { cookie: this.cookie }): Promise<Response> {
    return fetch(`${this.url}/resource/${path}`, { headers: { ...this.headers, ...headers } })
  }

  async open(response: Response): Promise<string> {
    const jwe = (await response.json()) as Parameters<typeof flattenedDecrypt>[0]
    const { plaintext } = await flattenedDecrypt(jwe, this.keys?.privateKey as CryptoKey)
    return new TextDecoder().decode(plaintext)
  }

  async post(path: string, body: unknown): Promise<Response> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { ...this.headers, cookie: this.cookie, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const [line] = response.headers.getSetCookie()
    if (line !== undefined) this.cookie = line.split(';', 1)[0] as string
    return response
  }
}

export interface ProblemBody {
  code: string
  detail: string
  path?: string
  expected?: unknown
  actual?: unknown
  findings: { code: string; path: string; expected?: unknown; actual?: unknown }[]
}

export const readProblem = async (response: Response): Promise<ProblemBody> => (await response.json()) as ProblemBody
