/**
 * The client against the protocol's own server side, in this process: what a broker may answer, and what the client makes
 * of it. That it works over a network with judged evidence is shown by the service's conformance tests.
 */
import type { BoundEvidence } from '@veritee/broker/handshake'
import { createHandshakes } from '@veritee/broker/handshake'
import { encryptSecret } from '@veritee/broker/jwe'
import { describe, expect, test } from 'vitest'
import type { Attester } from '../attester/index.ts'
import { GuestError } from '../errors.ts'
import { createKeyClient } from './key-client.ts'

const NOW = 1_790_000_000
const SECRET = 'correct horse battery staple'
const URI = 'kbs:///default/key/disk'

const attester: Attester = {
  tee: 'tdx',
  collect: async (reportData) => ({ quote: Buffer.from(reportData).toString('base64'), cc_eventlog: null }),
}

type Answer = { status: number; body: unknown }

/** A broker that takes any evidence that is bound to the handshake, and refuses when a test tells it to. */
class TestBroker {
  readonly requests: string[] = []
  readonly seen: BoundEvidence[] = []
  /** Answers to give instead, by path; used up one by one. */
  readonly instead: Record<string, (Answer | Error)[]> = {}
  readonly #claimed = new Set<string>()
  readonly #sessions = new Map()
  readonly #keys = new Map()
  readonly #handshakes = createHandshakes({
    keys: [new Uint8Array(32).fill(7)],
    replayGuard: { claim: async (id) => !this.#claimed.has(id) && Boolean(this.#claimed.add(id)) },
    sessions: { find: async (id) => this.#sessions.get(id) },
  })

  forgetSessions(): void {
    this.#sessions.clear()
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname
    this.requests.push(`${request.method} ${path}`)
    const other = this.instead[path]?.shift()
    if (other instanceof Error) throw other
    if (other !== undefined) return this.#respond(other.status, other.body)
    const cookie = /kbs-session-id=([^;]*)/.exec(request.headers.get('cookie') ?? '')?.[1]
    const body = await request.text()
    try {
      if (path.endsWith('/auth')) {
        const opened = this.#handshakes.open(body, NOW)
        return this.#respond(200, JSON.parse(opened.body), opened.cookie)
      }
      if (path.endsWith('/attest')) return await this.#attest(body, cookie)
      const key = this.#keys.get(await this.#handshakes.findToken(cookie, NOW))
      return this.#respond(200, await encryptSecret(new TextEncoder().encode(SECRET), key))
    } catch (error) {
      const { code, message, status } = error as { code: string; message: string; status: number }
      return this.#respond(status, { type: 'https://x/errors/AttestationError', detail: message, code })
    }
  }

  async #attest(body: string, cookie: string | undefined): Promise<Response> {
    const outcome = await this.#handshakes.receive(body, cookie, NOW)
    if (outcome.kind === 'answered') throw new Error('the client repeated an attestation')
    this.seen.push(...outcome.attestation.evidence)
    const token = `e30.${Buffer.from(String(this.#keys.size)).toString('base64url')}.x`
    this.#keys.set(token, outcome.attestation.teePublicKey)
    const { session, response } = this.#handshakes.complete(outcome.attestation, token, NOW + 300, NOW)
    this.#sessions.set(session.id, session)
    return this.#respond(200, JSON.parse(response.body), response.cookie)
  }

  #respond(status: number, body: unknown, cookie?: { name: string; value: string }): Response {
    const headers = cookie === undefined ? {} : { 'set-cookie': `${cookie.name}=${cookie.value}; HttpOnly` }
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
  }
}

const connect = (broker: TestBroker, over: object = {}) =>
  createKeyClient({ url: 'http://broker', attester, fetch: broker.fetch, pauseMs: 1, ...over })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const failure = async (work: Promise<unknown>): Promise<GuestError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(GuestError)
  return error as GuestError
}

describe('key client', () => {
  test('challenge, evidence bound to nonce and key, secret', async () => {
    const broker = new TestBroker()
    expect(text(await connect(broker).get(URI))).toBe(SECRET)
    expect(broker.requests).toEqual([
      'POST /kbs/v0/auth',
      'POST /kbs/v0/attest',
      'GET /kbs/v0/resource/default/key/disk',
    ])
    const [evidence] = broker.seen as [BoundEvidence]
    const { quote } = evidence.evidence as { quote: string }
    expect(Buffer.from(quote, 'base64')).toEqual(Buffer.from(evidence.reportData[0] as Uint8Array))
  })

  test('one handshake serves many calls, also at the same time', async () => {
    const broker = new TestBroker()
    const client = connect(broker)
    await Promise.all([client.get(URI), client.get('kbs:///a/b/c'), client.get(URI)])
    await client.get(URI)
    expect(broker.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2)
  })

  test('attest gives the token, anew each time', async () => {
    const client = connect(new TestBroker())
    const first = await client.attest()
    expect(first).toMatch(/^e30\./)
    expect(await client.attest()).not.toBe(first)
  })

  test('a session that the broker forgot is made anew', async () => {
    const broker = new TestBroker()
    const client = connect(broker)
    await client.get(URI)
    broker.forgetSessions()
    expect(text(await client.get(URI))).toBe(SECRET)
    expect(broker.requests.filter((request) => request === 'POST /kbs/v0/attest')).toHaveLength(2)
  })

  test.each(['/kbs/v0/auth', '/kbs/v0/attest', '/kbs/v0/resource/default/key/disk'])(
    'a broker that fails at %s is asked again, with a new challenge',
    async (path) => {
      const broker = new TestBroker()
      broker.instead[path] = [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), { status: 503, body: 'busy' }]
      expect(text(await connect(broker).get(URI))).toBe(SECRET)
      expect(broker.requests.filter((request) => request.endsWith('/auth'))).toHaveLength(3)
    },
  )

  test('GUEST_BROKER_FAILED: gives up after the attempts allowed', async () => {
    const broker = new TestBroker()
    broker.instead['/kbs/v0/auth'] = Array.from({ length: 5 }, () => ({ status: 502, body: '<html>' }))
    const error = await failure(connect(broker, { attempts: 2 }).get(URI))
    expect(error).toMatchObject({ code: 'GUEST_BROKER_FAILED', details: { broker: { status: 502 }, findings: [] } })
    expect(broker.requests).toHaveLength(2)
  })

  test('GUEST_EVIDENCE_REFUSED: not repeated, and carries what the broker found', async () => {
    const broker = new TestBroker()
    const findings = [
      { code: 'X', severity: 'error', path: 'tdx.quote.body.mr_td', expected: 'aa', actual: 'ab', message: 'differs' },
    ]
    const body = {
      type: 't',
      detail: 'refused',
      code: 'BROKER_EVIDENCE_REFUSED',
      next: 'read',
      requestId: 'r-1',
      path: 'tdx.quote.body.mr_td',
      expected: 'aa',
      actual: 'ab',
      findings,
    }
    broker.instead['/kbs/v0/attest'] = [{ status: 401, body }]
    const error = await failure(connect(broker).get(URI))
    expect(error.code).toBe('GUEST_EVIDENCE_REFUSED')
    expect(error.message).toContain('refused')
    expect(error.details).toMatchObject({
      path: 'tdx.quote.body.mr_td',
      expected: 'aa',
      actual: 'ab',
      findings,
      broker: { status: 401, code: 'BROKER_EVIDENCE_REFUSED', requestId: 'r-1', next: 'read' },
    })
    expect(broker.requests).toHaveLength(2)
  })

  test.each([
    [403, 'GUEST_RESOURCE_DENIED'],
    [404, 'GUEST_RESOURCE_NOT_FOUND'],
  ])('status %i on a resource is %s: not repeated, the session stays', async (status, code) => {
    const broker = new TestBroker()
    broker.instead['/kbs/v0/resource/default/key/disk'] = [{ status, body: { type: 't', detail: 'no' } }]
    const client = connect(broker)
    expect((await failure(client.get(URI))).code).toBe(code)
    expect(text(await client.get(URI))).toBe(SECRET)
    expect(broker.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2)
  })

  test('GUEST_RESOURCE_UNAUTHORIZED: a broker that never accepts its own session', async () => {
    const broker = new TestBroker()
    const refusal = { status: 401, body: { type: 't', detail: 'who are you', code: 'APPRAISAL_TOKEN_EXPIRED' } }
    broker.instead['/kbs/v0/resource/default/key/disk'] = [refusal, refusal, refusal]
    const error = await failure(connect(broker).get(URI))
    expect(error).toMatchObject({
      code: 'GUEST_RESOURCE_UNAUTHORIZED',
      details: { broker: { code: 'APPRAISAL_TOKEN_EXPIRED' } },
    })
    expect(broker.requests.filter((request) => request.endsWith('/attest'))).toHaveLength(3)
  })

  test('GUEST_HANDSHAKE_REFUSED: a malformed request is not repeated, a stale challenge is', async () => {
    const broker = new TestBroker()
    broker.instead['/kbs/v0/auth'] = [
      { status: 400, body: { type: 't', detail: 'no such TEE', code: 'BROKER_TEE_UNKNOWN' } },
    ]
    const client = connect(broker)
    expect((await failure(client.get(URI))).code).toBe('GUEST_HANDSHAKE_REFUSED')
    expect(broker.requests).toHaveLength(1)
    broker.instead['/kbs/v0/attest'] = [
      { status: 401, body: { type: 't', detail: 'late', code: 'BROKER_SESSION_EXPIRED' } },
    ]
    expect(text(await client.get(URI))).toBe(SECRET)
  })

  test.each<[string, string, Answer]>([
    ['no JSON', '/kbs/v0/auth', { status: 200, body: '<html>' }],
    ['a challenge without a nonce', '/kbs/v0/auth', { status: 200, body: {} }],
    [
      'an unknown hash',
      '/kbs/v0/auth',
      { status: 200, body: { nonce: 'n', 'extra-params': { 'selected-hash-algorithm': 'md5' } } },
    ],
    ['no token', '/kbs/v0/attest', { status: 200, body: {} }],
    ['no JWE', '/kbs/v0/resource/default/key/disk', { status: 200, body: { protected: 'x' } }],
  ])('GUEST_RESPONSE_INVALID: %s', async (_what, path, answer) => {
    const broker = new TestBroker()
    broker.instead[path] = [answer]
    expect((await failure(connect(broker).get(URI))).code).toBe('GUEST_RESPONSE_INVALID')
  })

  test('GUEST_RESOURCE_UNREADABLE: a secret for another key', async () => {
    const broker = new TestBroker()
    const { createTeeKey } = await import('@veritee/broker/jwe')
    const other = await encryptSecret(new TextEncoder().encode('x'), (await createTeeKey()).publicKey)
    broker.instead['/kbs/v0/resource/default/key/disk'] = [{ status: 200, body: other }]
    expect((await failure(connect(broker).get(URI))).code).toBe('GUEST_RESOURCE_UNREADABLE')
  })

  test('what the attester throws is thrown on, and not repeated', async () => {
    const broker = new TestBroker()
    let calls = 0
    const failing: Attester = {
      tee: 'tdx',
      collect: async () => {
        calls++
        throw new GuestError('GUEST_ATTESTER_QUOTE_FAILED')
      },
    }
    expect((await failure(connect(broker, { attester: failing }).get(URI))).code).toBe('GUEST_ATTESTER_QUOTE_FAILED')
    expect(calls).toBe(1)
  })

  test.each(['kbs:///a/b', 'kbs:///a/b/../c', 'http://a/b/c', 'kbs:///a/b/c?x=1', ''])(
    'GUEST_URI_INVALID: %j sends nothing',
    async (uri) => {
      const broker = new TestBroker()
      expect((await failure(connect(broker).get(uri))).code).toBe('GUEST_URI_INVALID')
      expect(broker.requests).toEqual([])
    },
  )

  test.each(['', 'broker', 'ftp://broker', 'http://user:sw0rdfish@broker', 'http://broker/?a=1', 'http://broker/#a'])(
    'GUEST_URL_INVALID: %j',
    (url) => {
      const make = () => connect(new TestBroker(), { url })
      expect(make).toThrow(expect.objectContaining({ code: 'GUEST_URL_INVALID' }))
      expect(make).not.toThrow(/sw0rdfish/)
    },
  )

  test.each([
    ['http://broker/', '/kbs/v0/auth'],
    ['http://broker/kbs/v0', '/kbs/v0/auth'],
    ['http://broker/kbs/v0/', '/kbs/v0/auth'],
    ['http://broker/api', '/api/kbs/v0/auth'],
  ])('the base of %s is found', async (url, first) => {
    const broker = new TestBroker()
    await connect(broker, { url }).attest()
    expect(broker.requests[0]).toBe(`POST ${first}`)
  })
})
