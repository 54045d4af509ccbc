import { decodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createMemoryStores, type MemoryStores } from '../../conformance/memory-stores.ts'
import { createPrimaryRuntimeData, digestRuntimeData } from '../binding/index.ts'
import {
  createAttestation,
  createTeeKey,
  decryptSecret,
  encodeAuthRequest,
  parseChallenge,
  parseJweResponse,
  parseTokenResponse,
} from '../client/index.ts'
import { BrokerError } from '../errors.ts'
import { encryptSecret, type TeePrivateKey } from '../jwe/index.ts'
import { parseTeePublicKey, type TeeName } from '../protocol/index.ts'
import {
  type CompletedAttestation,
  createHandshakes,
  type HandshakeOptions,
  type Handshakes,
  type ReceivedAttestation,
} from './index.ts'

const NOW = 1_790_000_000
const KEY = new Uint8Array(32).fill(1)
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'

let teeKey: TeePrivateKey
let otherKey: TeePrivateKey
beforeAll(async () => {
  teeKey = await createTeeKey()
  otherKey = await createTeeKey()
})

function setUp(over: Partial<HandshakeOptions> = {}): MemoryStores & { readonly server: Handshakes } {
  const stores = createMemoryStores()
  return { ...stores, server: createHandshakes({ ...stores, keys: [KEY], ...over }) }
}

/** The client's half up to its answer. Evidence of the test is the report data itself. */
async function answer(server: Handshakes, tee: TeeName = 'tdx', key: TeePrivateKey = teeKey) {
  const opened = server.open(encodeAuthRequest({ version: '0.4.0', tee }), NOW)
  const challenge = parseChallenge(opened.body)
  const body = await createAttestation({
    challenge,
    teePublicKey: key.publicKey,
    attest: (reportData) => ({ quote: encodeHex(reportData) }),
  })
  return { opened, challenge, body, cookie: opened.cookie.value }
}

/** The server's half after the evidence was accepted: the session is kept, the response goes out. */
function complete(
  { server, saved }: Pick<MemoryStores, 'saved'> & { readonly server: Handshakes },
  attestation: ReceivedAttestation,
  expiresAt: number = NOW + 300,
  now: number = NOW,
): CompletedAttestation {
  const { session, response } = server.complete(attestation, TOKEN, expiresAt, now)
  saved.set(session.id, session)
  return response
}

async function receive(
  server: Handshakes,
  body: string,
  cookie: string,
  now: number = NOW,
): Promise<ReceivedAttestation> {
  const outcome = await server.receive(body, cookie, now)
  if (outcome.kind !== 'received') throw new Error(outcome.kind)
  return outcome.attestation
}

const refusal = (code: string) => expect.objectContaining({ name: 'BrokerError', code })

describe('a handshake', () => {
  test('from the request to the opened secret', async () => {
    const { server, saved } = setUp()
    const { opened, challenge, body, cookie } = await answer(server)
    expect(decodeBase64(challenge.nonce)).toHaveLength(32)
    expect(JSON.parse(opened.body)).toEqual({ nonce: challenge.nonce, 'extra-params': '' })
    expect(opened.cookie).toMatchObject({ name: 'kbs-session-id', expiresAt: NOW + 300 })
    expect(cookie).toMatch(/^[\w.-]{1,1000}$/)

    const attestation = await receive(server, body, cookie)
    const [primary] = attestation.evidence
    expect(attestation).toMatchObject({ tee: 'tdx', version: '0.4.0', hash: 'sha384', nonce: challenge.nonce })
    expect(attestation.teePublicKey).toEqual(teeKey.publicKey)
    expect(primary.evidence).toEqual({ quote: encodeHex(primary.reportData[0]!) })
    expect(primary.runtimeData).toEqual(createPrimaryRuntimeData(challenge.nonce, teeKey.publicKey, ''))

    const completed = complete({ server, saved }, attestation)
    expect(parseTokenResponse(completed.body)).toEqual({ token: TOKEN })
    expect(await server.findToken(completed.cookie.value, NOW + 299)).toBe(TOKEN)

    const sent = JSON.stringify(await encryptSecret(encodeUtf8('secret'), attestation.teePublicKey))
    expect(await decryptSecret(parseJweResponse(sent), teeKey)).toEqual(encodeUtf8('secret'))
  })

  test('devices are bound to nonce and key, and the machine binds their evidence', async () => {
    const { server } = setUp()
    const opened = server.open(encodeAuthRequest({ version: '0.4.0', tee: 'tdx' }), NOW)
    const made: string[] = []
    const make = (name: string) => (reportData: Uint8Array) => {
      made.push(name)
      return { quote: encodeHex(reportData) }
    }
    const body = await createAttestation({
      challenge: parseChallenge(opened.body),
      teePublicKey: teeKey.publicKey,
      attest: make('machine'),
      devices: [{ tee: 'nvidia', attest: make('device') }],
    })
    expect(made).toEqual(['device', 'machine'])
    const { evidence } = await receive(server, body, opened.cookie.value)
    expect(evidence.map(({ role, tee }) => [role, tee])).toEqual([
      ['primary', 'tdx'],
      ['device', 'nvidia'],
    ])
    for (const { evidence: sent, reportData } of evidence) {
      expect(sent).toEqual({ quote: encodeHex(reportData[0]!) })
    }
    const [primary, device] = evidence
    expect(primary.reportData).not.toEqual(device!.reportData)
  })

  test.each<[TeeName, string, number]>([
    ['hygontpm', 'sm3', 32],
    ['se', 'sha512', 64],
    ['az-tdx-vtpm', 'sha384', 48],
  ])('the hash for %s is %s', async (tee, hash, bytes) => {
    const { server } = setUp()
    const { body, cookie, challenge } = await answer(server, tee)
    expect(challenge.selectedHash).toBe(hash === 'sha384' ? undefined : hash)
    const { evidence } = await receive(server, body, cookie)
    expect(evidence[0].reportData[0]).toHaveLength(bytes)
    expect(evidence[0].evidence).toEqual({ quote: encodeHex(evidence[0].reportData[0]!) })
  })

  test('any replica with the same keys and stores takes the answer, also after a key was replaced', async () => {
    const stores = createMemoryStores()
    const first = createHandshakes({ ...stores, keys: [KEY] })
    const { body, cookie } = await answer(first)
    const renewed = createHandshakes({ ...stores, keys: [new Uint8Array(32).fill(2), KEY] })
    const completed = complete({ ...stores, server: renewed }, await receive(renewed, body, cookie))
    expect(await renewed.findToken(completed.cookie.value, NOW)).toBe(TOKEN)
    await expect(first.findToken(completed.cookie.value, NOW)).rejects.toEqual(refusal('BROKER_SESSION_INVALID'))
  })

  test('an open challenge keeps nothing in the stores', async () => {
    const { server, claimed, saved } = setUp()
    await answer(server)
    expect([claimed.size, saved.size]).toEqual([0, 0])
  })

  test('init data comes with the digests that evidence may name', async () => {
    const { server } = setUp()
    const opened = server.open(encodeAuthRequest({ version: '0.4.0', tee: 'tdx' }), NOW)
    const initData = { format: 'toml', body: 'algorithm = "sha384"\nversion = "0.1.0"\n[data]\n' } as const
    const body = await createAttestation({
      challenge: parseChallenge(opened.body),
      teePublicKey: teeKey.publicKey,
      attest: () => ({}),
      initData,
    })
    const { evidence } = await receive(server, body, opened.cookie.value)
    expect(evidence[0].initData?.body).toBe(initData.body)
    expect(evidence[0].initData?.digests.map(({ length }) => length)).toEqual([32, 48, 64, 32])
  })
})

describe('attacks', () => {
  test('a challenge is answered once; a lost reply is given again to the same body alone', async () => {
    const { server, saved } = setUp()
    const { body, cookie, challenge } = await answer(server)
    const attestation = await receive(server, body, cookie)
    await expect(server.receive(body, cookie, NOW)).rejects.toEqual(refusal('BROKER_SESSION_REPLAYED'))
    const completed = complete({ server, saved }, attestation)
    for (const value of [cookie, completed.cookie.value]) {
      const again = await server.receive(body, value, NOW + 1)
      expect(again).toEqual({ kind: 'answered', response: completed })
    }
    const another = await createAttestation({ challenge, teePublicKey: otherKey.publicKey, attest: () => ({}) })
    for (const value of [cookie, completed.cookie.value]) {
      await expect(server.receive(another, value, NOW + 1)).rejects.toEqual(refusal('BROKER_SESSION_REPLAYED'))
    }
    await expect(server.receive(body, cookie, NOW + 300)).rejects.toEqual(refusal('BROKER_SESSION_EXPIRED'))
    await expect(server.receive(body, completed.cookie.value, NOW + 300)).rejects.toEqual(
      refusal('BROKER_SESSION_REPLAYED'),
    )
  })

  test('of many answers at once one is taken', async () => {
    const { server } = setUp()
    const { body, cookie } = await answer(server)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => server.receive(body, cookie, NOW)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('a malformed answer does not use the challenge up', async () => {
    const { server } = setUp()
    const { body, cookie } = await answer(server)
    await expect(server.receive('{', cookie, NOW)).rejects.toEqual(refusal('BROKER_ATTESTATION_INVALID'))
    expect((await receive(server, body, cookie)).tee).toBe('tdx')
  })

  test('the nonce of one challenge is no answer to another', async () => {
    const { server } = setUp()
    const [first, second] = [await answer(server), await answer(server)]
    expect(first.challenge.nonce).not.toBe(second.challenge.nonce)
    await expect(server.receive(first.body, second.cookie, NOW)).rejects.toEqual(refusal('BROKER_NONCE_MISMATCH'))
  })

  test('another key than the attested one moves the report data that is asked for', async () => {
    const { server } = setUp()
    const { body, cookie } = await answer(server)
    const stolen = JSON.parse(body) as { 'runtime-data': { 'tee-pubkey': unknown } }
    stolen['runtime-data']['tee-pubkey'] = otherKey.publicKey
    const { evidence } = await receive(server, JSON.stringify(stolen), cookie)
    expect(evidence[0].evidence).not.toEqual({ quote: encodeHex(evidence[0].reportData[0]!) })
  })

  test('devices cannot be added, taken away or changed', async () => {
    const { server } = setUp()
    const { body, cookie, challenge } = await answer(server)
    const added = JSON.parse(body) as { 'tee-evidence': { additional_evidence: string } }
    added['tee-evidence'].additional_evidence = '{"nvidia":{}}'
    const { evidence } = await receive(server, JSON.stringify(added), cookie)
    const claimed = digestRuntimeData(createPrimaryRuntimeData(challenge.nonce, teeKey.publicKey, ''), 'sha384')
    expect(evidence[0].reportData).not.toContainEqual(claimed)
  })

  test('the kind of machine is that of the request', async () => {
    const { server } = setUp()
    const { body, cookie } = await answer(server, 'sgx')
    expect((await receive(server, body, cookie)).tee).toBe('sgx')
  })

  test('time ends a challenge and a session', async () => {
    const { server, saved } = setUp({ lifetimeSeconds: 60 })
    const { body, cookie } = await answer(server)
    await expect(server.receive(body, cookie, NOW + 60)).rejects.toEqual(refusal('BROKER_SESSION_EXPIRED'))
    const completed = complete({ server, saved }, await receive(server, body, cookie, NOW + 59), NOW + 120, NOW + 59)
    expect(await server.findToken(completed.cookie.value, NOW + 119)).toBe(TOKEN)
    await expect(server.findToken(completed.cookie.value, NOW + 120)).rejects.toEqual(refusal('BROKER_SESSION_EXPIRED'))
  })

  test('an answered challenge is remembered for as long as its cookie lives', async () => {
    const { server, claimed } = setUp()
    const { body, cookie, opened } = await answer(server)
    await receive(server, body, cookie)
    expect([...claimed.values()]).toEqual([opened.cookie.expiresAt])
  })

  test('the cookie of the challenge opens nothing, whoever planted it', async () => {
    const { server, saved } = setUp()
    const { body, cookie } = await answer(server)
    complete({ server, saved }, await receive(server, body, cookie))
    await expect(server.findToken(cookie, NOW)).rejects.toEqual(refusal('BROKER_SESSION_UNATTESTED'))
  })

  test('sessions that the store lost are expired', async () => {
    const { server, saved } = setUp()
    const { body, cookie } = await answer(server)
    const completed = complete({ server, saved }, await receive(server, body, cookie))
    saved.clear()
    await expect(server.findToken(completed.cookie.value, NOW)).rejects.toEqual(refusal('BROKER_SESSION_EXPIRED'))
  })

  test('no cookie, a foreign one, an altered one', async () => {
    const { server } = setUp()
    const { body, cookie } = await answer(server)
    const foreign = await answer(setUp({ keys: [new Uint8Array(32).fill(9)] }).server)
    for (const value of ['', 'x', 'a.b', foreign.cookie, `${cookie}A`, cookie.toUpperCase(), 'A'.repeat(5000)]) {
      await expect(server.receive(body, value, NOW)).rejects.toEqual(refusal('BROKER_SESSION_INVALID'))
      await expect(server.findToken(value, NOW)).rejects.toEqual(refusal('BROKER_SESSION_INVALID'))
    }
    await expect(server.receive(body, undefined, NOW)).rejects.toEqual(refusal('BROKER_SESSION_MISSING'))
    await expect(server.findToken(undefined, NOW)).rejects.toEqual(refusal('BROKER_SESSION_MISSING'))
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: cookie.length - 1 }),
        fc.constantFrom('A', 'z', '-', '.', '='),
        async (at, letter) => {
          fc.pre(cookie[at] !== letter)
          const altered = cookie.slice(0, at) + letter + cookie.slice(at + 1)
          await expect(server.receive(body, altered, NOW)).rejects.toEqual(refusal('BROKER_SESSION_INVALID'))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('older versions, kinds that are not served and weak keys are refused unless named', async () => {
    const { server } = setUp({ tees: ['tdx'] })
    for (const version of ['0.1.0', '0.1.1', '0.2.0', '0.3.0'] as const) {
      expect(() => server.open(encodeAuthRequest({ version, tee: 'tdx' }).replace(/\{"supp.*?\}/, '""'), NOW)).toThrow(
        refusal('BROKER_VERSION_UNSUPPORTED'),
      )
    }
    expect(() => server.open(encodeAuthRequest({ version: '0.4.0', tee: 'sgx' }), NOW)).toThrow(
      refusal('BROKER_TEE_UNKNOWN'),
    )
  })

  test('nobody on the way steers the hash', () => {
    const { server } = setUp()
    for (const offer of [['sha256'], ['sm3', 'sha512'], [], ['md5']]) {
      const request = { version: '0.4.0', tee: 'tdx', 'extra-params': { 'supported-hash-algorithms': offer } }
      expect(() => server.open(JSON.stringify(request), NOW)).toThrow(refusal('BROKER_HASH_UNSUPPORTED'))
    }
  })

  test('a body of an older version does not pass for the current one', async () => {
    const { server } = setUp()
    const { cookie } = await answer(server)
    const older = JSON.stringify({ 'tee-pubkey': teeKey.publicKey, 'tee-evidence': { quote: 'AA==' } })
    await expect(server.receive(older, cookie, NOW)).rejects.toEqual(refusal('BROKER_ATTESTATION_INVALID'))
  })
})

describe('older versions by name', () => {
  const RSA = {
    kty: 'RSA',
    alg: 'RSA1_5',
    n: 'tbtlpq9rYC7znC5VAesok6qX5ynLJC7RXDQGsBZ6UCfw9-V6f5hs4vUNFxajTCwmRjJsbRmIkLe0yib7KBdutyXoDXlbWU6c7sOM2ATZKD3JrbMlKGs88B6Y74WQiS0cCdj3bpL8FsSbUsjWYYxHdMcTfAzF6-4goPUYU77syGTy0YsBqBTihzUWIQDXcNCdyWdDaSb88BpOGiCiiZh-KyJXMmDqrTnZdR62zT4mwBCNB8QyrVeH05oZHhzKdI6M9OvIpZpCUS1YebQHHM0bQuqdjgHsa0Mk0gncBYeN04jtTMl6l9gXEwDSuExImi_hVniAGWD71ozsz74-ZyKk1Q',
    e: 'AQAB',
  }

  test('0.1.0: evidence as text, two bindings, RSA1_5 by name', async () => {
    const auth = JSON.stringify({ version: '0.1.0', tee: 'tdx', 'extra-params': '' })
    const body = JSON.stringify({ 'tee-pubkey': RSA, 'tee-evidence': '{"quote":"AA=="}' })
    const strict = setUp({ versions: ['0.1.0'] }).server
    await expect(strict.receive(body, strict.open(auth, NOW).cookie.value, NOW)).rejects.toEqual(
      refusal('BROKER_TEE_KEY_INVALID'),
    )
    const { server } = setUp({ versions: ['0.4.0', '0.1.0'], allowRsa15: true })
    const attestation = await receive(server, body, server.open(auth, NOW).cookie.value)
    expect(attestation.evidence[0].reportData).toHaveLength(2)
    expect(attestation.evidence[0].evidence).toEqual({ quote: 'AA==' })
  })

  test('the binding of joined texts stands for the one usual exponent alone', async () => {
    // With a free border between modulus and exponent one quote would bind many keys, some of which anyone can factor.
    const { server } = setUp({ versions: ['0.1.0'], allowRsa15: true })
    const auth = JSON.stringify({ version: '0.1.0', tee: 'tdx', 'extra-params': '' })
    const other = parseTeePublicKey({ ...RSA, e: 'AQAD' })
    const body = JSON.stringify({ 'tee-pubkey': other, 'tee-evidence': '{}' })
    const attestation = await receive(server, body, server.open(auth, NOW).cookie.value)
    expect(attestation.evidence[0].reportData).toHaveLength(1)
  })
})

test.each<[string, Partial<HandshakeOptions>]>([
  ['no key', { keys: [] }],
  ['a short key', { keys: [new Uint8Array(31)] }],
  ['no time', { lifetimeSeconds: 0 }],
  ['no version', { versions: [] }],
  ['no kind of machine', { tees: [] }],
  ['a cookie name with a blank', { cookieName: 'a b' }],
])('set up with %s is refused', (_name, over) => {
  expect(() => setUp(over)).toThrow(refusal('BROKER_SETUP_INVALID'))
})

test('whatever comes in, only this error leaves', async () => {
  const { server } = setUp()
  const { cookie } = await answer(server)
  const body = fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 300 }))
  await fc.assert(
    fc.asyncProperty(body, fc.oneof(fc.string(), fc.constant(cookie)), async (bytes, value) => {
      expect(() => server.open(bytes, NOW)).toThrow(BrokerError)
      await expect(server.receive(bytes, value, NOW)).rejects.toBeInstanceOf(BrokerError)
      await expect(server.findToken(value, NOW)).rejects.toBeInstanceOf(BrokerError)
    }),
    { numRuns: 200 },
  )
})
