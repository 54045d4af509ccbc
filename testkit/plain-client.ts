/** A guest of the key broker protocol, written from its text alone with what the runtime has: no code of the server. */
import { createHash } from 'node:crypto'
import { canonicalize, generatePlainKey, openSecret, type PlainKey, type PlainKeyKind } from './plain-jose.ts'

/** Bodies and bindings that clients of one version or another send. */
export type PlainProtocol = '0.1.0 joined' | '0.1.0' | '0.1.1' | '0.2.0' | '0.3.0' | '0.4.0'

/** Makes evidence that carries a digest as its report data. */
export type PlainAttester = (digest: Buffer) => unknown

export interface PlainGuestOptions {
  readonly tee: string
  readonly attester: PlainAttester
  /** Evidence of devices by their TEE, each bound to nonce and key. */
  readonly devices?: Readonly<Record<string, PlainAttester>>
  readonly protocol?: PlainProtocol
  readonly key?: PlainKeyKind
  /** A TOML text that the host gave. */
  readonly initData?: string
  /** Sent in the place of what the client would offer. */
  readonly extraParams?: unknown
}

/** How a request for a secret says who asks. */
export type PlainIdentity = 'cookie' | 'attestation' | 'bearer'

export class PlainGuest {
  readonly #base: string
  readonly #options: PlainGuestOptions
  readonly #cookies = new Map<string, string>()
  readonly key: PlainKey
  readonly protocol: PlainProtocol
  nonce = ''
  hash = 'sha384'
  token = ''

  constructor(url: string, options: PlainGuestOptions) {
    this.#base = `${url}/kbs/v0`
    this.#options = options
    this.protocol = options.protocol ?? '0.4.0'
    this.key = generatePlainKey(options.key ?? 'P-256')
  }

  /** Request and challenge. */
  async auth(): Promise<Response> {
    const { tee, extraParams } = this.#options
    const version = this.protocol.slice(0, 5)
    const offered = { 'supported-hash-algorithms': ['sha256', 'sha384', 'sha512', 'sm3'] }
    const response = await this.#post('/auth', {
      version,
      tee,
      'extra-params': extraParams ?? (this.protocol === '0.4.0' ? offered : ''),
    })
    if (response.status !== 200) return response
    const challenge = (await response.clone().json()) as { nonce: string; 'extra-params': unknown }
    this.nonce = challenge.nonce
    const selected = (challenge['extra-params'] as { 'selected-hash-algorithm'?: string })['selected-hash-algorithm']
    this.hash = selected?.toLowerCase() ?? 'sha384'
    return response
  }

  /** The attestation body: devices first, because the machine's evidence covers theirs. */
  async prepare(): Promise<Record<string, unknown>> {
    const { attester, devices = {}, initData } = this.#options
    const { nonce, protocol } = this
    const jwk = this.key.jwk
    const base = this.#digest(canonicalize({ nonce, 'tee-pubkey': jwk }))
    if (protocol.startsWith('0.1') || protocol === '0.2.0') {
      const digest = protocol === '0.1.0 joined' ? this.#digest(`${nonce}${jwk['n']}${jwk['e']}`) : base
      const evidence = await attester(digest)
      const text = protocol.startsWith('0.1.0')
      return { 'tee-pubkey': jwk, 'tee-evidence': text ? JSON.stringify(evidence) : evidence }
    }
    const collected: Record<string, unknown> = {}
    for (const [tee, device] of Object.entries(devices)) collected[tee] = await device(base)
    const additional = Object.keys(collected).length === 0 ? '' : JSON.stringify(collected)
    const bound = canonicalize({ 'additional-evidence': additional, nonce, 'tee-pubkey': jwk })
    const evidence = {
      primary_evidence: await attester(this.#digest(bound)),
      additional_evidence: additional,
    }
    if (protocol === '0.3.0') return { 'tee-pubkey': jwk, 'tee-evidence': evidence }
    return {
      'init-data': initData === undefined ? null : { format: 'toml', body: initData },
      'runtime-data': { nonce, 'tee-pubkey': jwk },
      'tee-evidence': evidence,
    }
  }

  /** Attestation and response; the body may have been changed for the worse. */
  async attest(body?: Record<string, unknown>): Promise<Response> {
    const response = await this.#post('/attest', body ?? (await this.prepare()))
    if (response.status === 200) this.token = ((await response.clone().json()) as { token: string }).token
    return response
  }

  /** The whole handshake. */
  async handshake(): Promise<Response> {
    const opened = await this.auth()
    return opened.status === 200 ? this.attest() : opened
  }

  /** Asks for what `path` names, such as `default/key/disk`. */
  request(path: string, identity: PlainIdentity = 'cookie'): Promise<Response> {
    const headers: Record<PlainIdentity, Record<string, string>> = {
      cookie: this.#jar(),
      attestation: { attestation: this.token },
      bearer: { authorization: `Bearer ${this.token}` },
    }
    return fetch(`${this.#base}/resource/${path}`, { headers: headers[identity] })
  }

  /** The secret that a reply holds. */
  async open(response: Response): Promise<string> {
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    return openSecret((await response.json()) as Parameters<typeof openSecret>[0], this.key).toString()
  }

  #digest(text: string): Buffer {
    return createHash(this.hash).update(text).digest()
  }

  #jar(): Record<string, string> {
    if (this.#cookies.size === 0) return {}
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  async #post(path: string, body: unknown): Promise<Response> {
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers: { ...this.#jar(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1)
      const split = pair.indexOf('=')
      this.#cookies.set(pair.slice(0, split), pair.slice(split + 1))
    }
    return response
  }
}
