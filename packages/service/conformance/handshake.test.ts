import { createDcapWorld } from '@veritee/simulator'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { createGuest, createSite, HandClient, NOW, readProblem, startService, world } from './fixture.ts'

const PATH = 'default/key/disk'
const SECRET = 'correct horse battery staple'

async function startWithSecret(over = {}) {
  const site = createSite()
  const running = await startService(site, over)
  await running.putSecret(PATH, SECRET)
  return { site, ...running }
}

describe('handshake', () => {
  test('a genuine guest gets the secret, encrypted to its key', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    const challenge = await client.auth()
    expect(challenge.headers.get('content-type')).toContain('application/json')
    expect(Buffer.from(client.nonce, 'base64')).toHaveLength(32)
    const attested = await client.attestAs(createGuest())
    expect(attested.status).toBe(200)
    const body = (await attested.json()) as { token: string }
    expect(Object.keys(body)).toEqual(['token'])
    const response = await client.resource(PATH)
    expect(response.status).toBe(200)
    expect(await client.open(response)).toBe(SECRET)
  })

  test('the token alone releases too, as bearer and as Attestation header', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { attestation: token },
      { attestation: token, authorization: 'Bearer some-api-key' },
      { authorization: `Bearer ${token}`, cookie: 'kbs-session-id=stale' },
    ]) {
      const response = await client.resource(PATH, headers)
      expect(response.status).toBe(200)
      expect(await client.open(response)).toBe(SECRET)
    }
  })

  test('the same routes answer under /api/kbs/v0', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(`${url}/api`)
    await client.auth()
    expect((await client.attestAs(createGuest())).status).toBe(200)
    expect(await client.open(await client.resource(PATH))).toBe(SECRET)
  })

  test('the token says that it rests on a simulated root, and so does every log line of the handshake', async () => {
    const { url, lines } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    expect(JSON.stringify(decodeJwt(token))).toContain('"simulated":true')
    await client.resource(PATH)
    const logged = lines.map((line) => JSON.parse(line))
    const attest = logged.find((line) => line.path === '/kbs/v0/attest' && line.msg === 'answered')
    const resource = logged.find((line) => line.path === `/kbs/v0/resource/${PATH}` && line.method === 'GET')
    expect(attest).toMatchObject({ simulated: true, tee: 'tdx', status: 200 })
    expect(resource).toMatchObject({ simulated: true, resource: PATH, status: 200 })
  })

  test('without trustSimulatedRoots the same guest is refused', async () => {
    const { url } = await startWithSecret({ trustSimulatedRoots: [] })
    const client = new HandClient(url)
    await client.auth()
    const refused = await client.attestAs(createGuest())
    expect(refused.status).toBe(401)
    const problem = await readProblem(refused)
    expect(problem.code).toBe('BROKER_EVIDENCE_REFUSED')
    expect(problem.findings.length).toBeGreaterThan(0)
    expect((await client.resource(PATH)).status).toBe(401)
  })

  test('a guest of another simulated world is refused', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const other = createDcapWorld({ now: NOW, seed: 'another world' })
    expect((await client.attestAs(createGuest({}, other))).status).toBe(401)
  })

  test('a debug guest is refused with a finding', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const refused = await client.attestAs(createGuest({ tdAttributes: (1n << 28n) | 1n }))
    expect(refused.status).toBe(401)
    const problem = await readProblem(refused)
    expect(problem.findings.map((finding) => finding.code).join()).toMatch(/DEBUG/)
  })

  test('one changed measurement is refused, naming path, expected and actual', async () => {
    const good = 'aa'.repeat(48)
    const bad = `${'aa'.repeat(47)}ab`
    const site = createSite()
    const expect1 = site.write('expect.toml', `tee = "tdx"\n[claims]\n"tdx.quote.body.mr_td" = "${good}"\n`)
    const { url, putSecret } = await startService(site, { expect: expect1 })
    await putSecret(PATH, SECRET)
    const client = new HandClient(url)
    await client.auth()
    expect((await client.attestAs(createGuest({ mrTd: good }))).status).toBe(200)
    expect(await client.open(await client.resource(PATH))).toBe(SECRET)
    await client.auth()
    const refused = await client.attestAs(createGuest({ mrTd: bad }))
    expect(refused.status).toBe(401)
    const problem = await readProblem(refused)
    expect(problem.findings).toContainEqual(expect.objectContaining({ path: 'tdx.quote.body.mr_td', actual: bad }))
    expect(JSON.stringify(problem.findings)).toContain(good)
    expect(problem).toMatchObject({ path: 'tdx.quote.body.mr_td', actual: bad })
    expect((await client.resource(PATH)).status).toBe(401)
  })

  test('BROKER_SESSION_EXPIRED: an answer that comes too late', async () => {
    const { url, clock } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const body = await client.prepare(createGuest())
    clock.now += 301
    const refused = await client.attest(body)
    expect(refused.status).toBe(401)
    expect((await readProblem(refused)).code).toBe('BROKER_SESSION_EXPIRED')
  })

  test('an attested session and its token end with the token', async () => {
    const { url, clock } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    clock.now += 301 + 60
    expect((await client.resource(PATH)).status).toBe(401)
    const bearer = await client.resource(PATH, { authorization: `Bearer ${token}` })
    expect(bearer.status).toBe(401)
    expect((await readProblem(bearer)).code).toBe('APPRAISAL_TOKEN_EXPIRED')
  })

  test('replays: a used challenge takes no second answer, another cookie no recorded one', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const challengeCookie = client.cookie
    const body = await client.prepare(createGuest())
    expect((await client.attest(body)).status).toBe(200)
    client.cookie = challengeCookie
    const second = await client.attestAs(createGuest())
    expect(second.status).toBe(401)
    expect((await readProblem(second)).code).toBe('BROKER_SESSION_REPLAYED')
    const other = new HandClient(url)
    await other.auth()
    const recorded = await other.attest(body)
    expect(recorded.status).toBe(401)
    expect((await readProblem(recorded)).code).toBe('BROKER_NONCE_MISMATCH')
    const renamed = await other.attest({
      ...body,
      'runtime-data': { ...(body['runtime-data'] as object), nonce: other.nonce },
    })
    expect(renamed.status).toBe(401)
  })

  test('the same body again gets the same token, no new one', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const challengeCookie = client.cookie
    const body = await client.prepare(createGuest())
    const first = (await (await client.attest(body)).json()) as { token: string }
    client.cookie = challengeCookie
    const second = (await (await client.attest(body)).json()) as { token: string }
    expect(second.token).toBe(first.token)
  })

  test('evidence for another key is refused', async () => {
    const { url } = await startWithSecret()
    const victim = new HandClient(url)
    await victim.auth()
    const body = await victim.prepare(createGuest())
    const thief = new HandClient(url)
    thief.nonce = victim.nonce
    const own = await thief.prepare(createGuest())
    const refused = await victim.attest({ ...body, 'runtime-data': own['runtime-data'] })
    expect(refused.status).toBe(401)
    expect((await readProblem(refused)).code).toBe('BROKER_EVIDENCE_REFUSED')
  })

  test('a cookie that is not ours, or was altered, is no session', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const body = await client.prepare(createGuest())
    const genuine = client.cookie
    const last = genuine.at(-1) === 'A' ? 'B' : 'A'
    const cases = [
      '',
      'kbs-session-id=',
      'kbs-session-id=garbage',
      genuine.slice(0, -1),
      `${genuine.slice(0, 30)}${last}${genuine.slice(31)}`,
    ]
    for (const cookie of cases) {
      client.cookie = cookie
      const refused = await client.attest(body)
      expect(refused.status).toBe(401)
      expect((await readProblem(refused)).code).toMatch(/^BROKER_SESSION_/)
    }
  })

  test('a challenge whose answer is missing releases nothing', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    const refused = await client.resource(PATH)
    expect(refused.status).toBe(401)
    expect((await readProblem(refused)).code).toMatch(/^BROKER_SESSION_/)
  })

  test('a missing secret is 404, also for a proven machine', async () => {
    const { url } = await startWithSecret()
    const client = new HandClient(url)
    await client.auth()
    await client.attestAs(createGuest())
    const missing = await client.resource('default/key/other')
    expect(missing.status).toBe(404)
    expect(await readProblem(missing)).toMatchObject({ code: 'SERVICE_SECRET_NOT_FOUND', path: 'default/key/other' })
  })

  test('fifty guests at once each get the secret', async () => {
    const { url } = await startWithSecret()
    const opened = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const client = new HandClient(url)
        await client.auth()
        await client.attestAs(createGuest())
        return client.open(await client.resource(PATH))
      }),
    )
    expect(new Set(opened)).toEqual(new Set([SECRET]))
  })

  test('ten thousand half-open handshakes leave nothing behind', async () => {
    const { service, site } = await startWithSecret()
    const { DatabaseSync } = await import('node:sqlite')
    const count = () => {
      const database = new DatabaseSync(`${site.dir}/store.db`, { readOnly: true })
      const row = database
        .prepare('SELECT count(*) AS count, (SELECT value FROM revision) AS revision FROM record')
        .get()
      database.close()
      return row
    }
    const before = count()
    const body = JSON.stringify({ version: '0.4.0', tee: 'tdx', 'extra-params': '' })
    const nonces = new Set<string>()
    for (let index = 0; index < 10_000; index++) {
      const response = await service.fetch(new Request('http://service/kbs/v0/auth', { method: 'POST', body }))
      nonces.add(((await response.json()) as { nonce: string }).nonce)
    }
    expect(nonces.size).toBe(10_000)
    expect(count()).toEqual(before)
  })
})

describe('restart and replicas', () => {
  test('a handshake begun before a restart is finished after it', async () => {
    const site = createSite()
    const first = await startService(site)
    await first.putSecret(PATH, SECRET)
    const client = new HandClient(first.url)
    await client.auth()
    const body = await client.prepare(createGuest())
    await first.service.stop()
    const second = await startService(site)
    expect(second.service.adminKey.created).toBe(false)
    const resumed = Object.assign(new HandClient(second.url), {
      cookie: client.cookie,
      nonce: client.nonce,
      keys: client.keys,
    })
    expect((await resumed.attest(body)).status).toBe(200)
    await second.service.stop()
    const third = await startService(site)
    const last = Object.assign(new HandClient(third.url), { cookie: resumed.cookie, keys: client.keys })
    expect(await last.open(await last.resource(PATH))).toBe(SECRET)
  })

  test('two instances on one store: begun here, answered there, released here, replayed nowhere', async () => {
    const site = createSite()
    const [one, two] = await Promise.all([startService(site), startService(site)])
    await one.putSecret(PATH, SECRET)
    const client = new HandClient(one.url)
    await client.auth()
    const challengeCookie = client.cookie
    const there = Object.assign(new HandClient(two.url), { cookie: client.cookie, nonce: client.nonce })
    expect((await there.attestAs(createGuest())).status).toBe(200)
    const back = Object.assign(new HandClient(one.url), { cookie: there.cookie, keys: there.keys })
    expect(await back.open(await back.resource(PATH))).toBe(SECRET)
    for (const { url } of [one, two]) {
      const replay = Object.assign(new HandClient(url), { cookie: challengeCookie, nonce: client.nonce })
      const refused = await replay.attestAs(createGuest())
      expect((await readProblem(refused)).code).toBe('BROKER_SESSION_REPLAYED')
    }
  })

  test('two instances race for one challenge: one of two different answers is taken', async () => {
    const site = createSite()
    const [one, two] = await Promise.all([startService(site), startService(site)])
    const client = new HandClient(one.url)
    await client.auth()
    const answers = await Promise.all(
      [one, two].map(({ url }) =>
        Object.assign(new HandClient(url), { cookie: client.cookie, nonce: client.nonce }).attestAs(createGuest()),
      ),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401])
  })

  test('another data directory knows nothing of the handshake', async () => {
    const [one, two] = await Promise.all([startService(createSite()), startService(createSite())])
    const client = new HandClient(one.url)
    await client.auth()
    const body = await client.prepare(createGuest())
    const stranger = Object.assign(new HandClient(two.url), { cookie: client.cookie })
    expect((await stranger.attest(body)).status).toBe(401)
    const { token } = (await (await client.attest(body)).json()) as { token: string }
    expect((await client.resource(PATH, { authorization: `Bearer ${token}` })).status).toBe(404)
    const foreign = await stranger.resource(PATH, { authorization: `Bearer ${token}` })
    expect(foreign.status).toBe(401)
  })

  test('collateral that has expired refuses everyone', async () => {
    const site = createSite(world)
    const running = await startService(site)
    running.clock.now = NOW + 400 * 86_400
    const client = new HandClient(running.url)
    await client.auth()
    const refused = await client.attestAs(createGuest())
    expect(refused.status).toBe(401)
    expect((await readProblem(refused)).findings.length).toBeGreaterThan(0)
  })
})
