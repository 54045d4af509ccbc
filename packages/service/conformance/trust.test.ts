/** What the service trusts: roots, collateral and expectations, and what becomes of a guest when one of them is missing. */
import { createKeyClient } from '@veritee/guest'
import { createDcapWorld, type DcapWorld } from '@veritee/simulator'
import { servePccs } from '@veritee/simulator/pccs'
import { decodeJwt } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createService } from '../src/index.ts'
import { createGuest, createSite, HandClient, NOW, readProblem, startService, world } from './fixture.ts'

const attest = async (url: string, from: DcapWorld = world): Promise<Response> => {
  const client = new HandClient(url)
  await client.auth()
  return client.attestAs(createGuest({}, from))
}

async function startPccs(tls = false) {
  const pccs = await servePccs(world, { tls })
  onTestFinished(() => pccs.close())
  return pccs
}

describe('collateral', () => {
  test('a directory of bundles serves several platforms', async () => {
    const other = createDcapWorld({ now: NOW, seed: 'another platform', fmspc: '00806f050000' })
    const site = createSite()
    site.write('other.json', JSON.stringify(other.collateral('tdx')))
    const otherRoot = site.write('other.pem', other.root.pem)
    const [root] = site.config.trustSimulatedRoots as string[]
    const { url } = await startService(site, {
      collateral: { bundles: [site.dir.replace(/data$/, '')] },
      trustSimulatedRoots: [root as string, otherRoot],
    })
    expect((await attest(url)).status).toBe(200)
    expect((await attest(url, other)).status).toBe(200)
  })

  test('without collateral for the platform the evidence is refused, and the finding says what is missing', async () => {
    const { url } = await startService(createSite(), { collateral: { bundles: [] } })
    const refused = await attest(url)
    expect(refused.status).toBe(401)
    const { findings } = await readProblem(refused)
    expect(findings.map((finding) => finding.code)).toContain('COLLATERAL_ABSENT')
  })

  test('is fetched from a PCCS, over HTTP on loopback and over TLS with its authority, once for many', async () => {
    const plain = await startPccs()
    const one = await startService(createSite(), { collateral: { pcs: plain.baseUrl } })
    expect((await attest(one.url)).status).toBe(200)
    const asked = plain.requests.length
    expect(asked).toBeGreaterThan(0)
    expect((await attest(one.url)).status).toBe(200)
    expect(plain.requests).toHaveLength(asked)
    const secure = await startPccs(true)
    const site = createSite()
    const ca = site.write('ca.pem', secure.tlsCa as string)
    const two = await startService(site, { collateral: { pcs: secure.baseUrl, ca } })
    expect((await attest(two.url)).status).toBe(200)
  })

  test('a PCCS that does not answer is 503, no refusal: the guest tries again and gets in', async () => {
    const pccs = await startPccs()
    const { url, putSecret, lines } = await startService(createSite(), {
      collateral: { pcs: pccs.baseUrl, timeoutSeconds: 1 },
    })
    await putSecret('a/b/c', 'x')
    const heal = pccs.inject({ kind: 'status', status: 503 })
    const failed = await attest(url)
    expect([502, 503, 504]).toContain(failed.status)
    expect(await readProblem(failed)).toMatchObject({ code: expect.stringMatching(/^COLLATERAL_/), findings: [] })
    expect(lines.some((line) => line.includes('"failed"') && line.includes('COLLATERAL_'))).toBe(true)
    heal()
    const client = createKeyClient({ url, attester: createGuest(), pauseMs: 1 })
    expect(await client.get('kbs:///a/b/c')).toHaveLength(1)
  })

  test('a bundle stands in while the PCCS is away', async () => {
    const site = createSite()
    const { url } = await startService(site, {
      collateral: { ...site.config.collateral, pcs: 'http://127.0.0.1:1/sgx/certification/v4/', timeoutSeconds: 1 },
    })
    expect((await attest(url)).status).toBe(200)
  })
})

describe('release', () => {
  const attestAndAsk = async (over: object, site = createSite()) => {
    const { url, putSecret } = await startService(site, over)
    await putSecret('a/b/c', 'x')
    const client = new HandClient(url)
    await client.auth()
    expect((await client.attestAs(createGuest())).status).toBe(200)
    return { client, response: await client.resource('a/b/c') }
  }

  test.each([
    ['no expectations', undefined],
    ['expectations that pin no measurement', 'tee = "tdx"\n'],
  ])('BROKER_RESOURCE_DENIED: with %s nothing is released, and the finding says what to do', async (_what, content) => {
    const site = createSite()
    const expectations = content === undefined ? undefined : site.write('expect.toml', content)
    const { response } = await attestAndAsk({ expect: expectations }, site)
    expect(response.status).toBe(403)
    const problem = await readProblem(response)
    expect(problem).toMatchObject({
      code: 'BROKER_RESOURCE_DENIED',
      path: 'submods.cpu0.ear.status',
      actual: 'warning',
    })
    expect(problem.findings.map((finding) => finding.code)).toContain('SERVICE_MEASUREMENT_UNPINNED')
  })

  test('with release.statuses naming warning, whatever software runs on a genuine machine', async () => {
    const { client, response } = await attestAndAsk({
      expect: undefined,
      release: { statuses: ['affirming', 'warning'] },
    })
    expect(await client.open(response)).toBe('x')
  })

  test('the guest is told that it was denied, and does not ask again', async () => {
    const { url, putSecret, lines } = await startService(createSite(), { expect: undefined })
    await putSecret('a/b/c', 'x')
    const client = createKeyClient({ url, attester: createGuest() })
    await expect(client.get('kbs:///a/b/c')).rejects.toMatchObject({ code: 'GUEST_RESOURCE_DENIED' })
    expect(lines.filter((line) => JSON.parse(line).path === '/kbs/v0/auth' && line.includes('answered'))).toHaveLength(
      1,
    )
  })

  test('APPRAISAL_TOKEN_AUDIENCE_MISMATCH: a token for another audience, under the same key', async () => {
    const site = createSite()
    const one = await startService(site)
    const two = await startService(site, { token: { audience: 'somebody else' } })
    const client = new HandClient(one.url)
    await client.auth()
    const { token } = (await (await client.attestAs(createGuest())).json()) as { token: string }
    const other = await new HandClient(two.url).resource('a/b/c', { authorization: `Bearer ${token}` })
    expect(other.status).toBe(401)
    expect((await readProblem(other)).code).toBe('APPRAISAL_TOKEN_AUDIENCE_MISMATCH')
  })

  test('a token lives no longer than what its judgement rests on', async () => {
    const { url, clock } = await startService(createSite(), { token: { lifetimeSeconds: 86_400 } })
    const { nextUpdate } = JSON.parse(world.collateral('tdx').tcb_info) as { nextUpdate: string }
    const lifetimeAt = async (now: number) => {
      clock.now = now
      const { token } = (await (await attest(url)).json()) as { token: string }
      return (decodeJwt(token).exp as number) - now
    }
    expect(await lifetimeAt(NOW)).toBe(86_400)
    expect(await lifetimeAt(Date.parse(nextUpdate) / 1000 - 3600)).toBe(3600)
  })
})

describe('start', () => {
  const start = (over: object, site = createSite()) =>
    createService({ ...site.config, ...over, log: { level: 'silent' } })

  test.each([
    ['SERVICE_FILE_UNREADABLE', 'expect', () => ({ expect: '/nowhere/expect.toml' })],
    ['SERVICE_FILE_UNREADABLE', 'trustSimulatedRoots', () => ({ trustSimulatedRoots: ['/nowhere/root.pem'] })],
    ['SERVICE_FILE_UNREADABLE', 'collateral.bundles', () => ({ collateral: { bundles: ['/nowhere'] } })],
    ['SERVICE_FILE_INVALID', 'expect', (write: Write) => ({ expect: write('e.toml', '[clams]\n"a" = 1\n') })],
    ['SERVICE_FILE_INVALID', 'expect', (write: Write) => ({ expect: write('e.toml', '') })],
    ['SERVICE_FILE_INVALID', 'trustSimulatedRoots', (write: Write) => ({ trustSimulatedRoots: [write('r.pem', 'x')] })],
    [
      'SERVICE_FILE_INVALID',
      'collateral.bundles',
      (write: Write) => ({ collateral: { bundles: [write('b.json', '{}')] } }),
    ],
    ['COLLATERAL_ENDPOINT_INSECURE', 'url', () => ({ collateral: { pcs: 'http://192.0.2.1/sgx/certification/v4/' } })],
  ] as const)('%s: %s', async (code, path, make) => {
    const site = createSite()
    await expect(start(make(site.write), site)).rejects.toMatchObject({ code, details: { path } })
  })

  test('Intel alone is trusted by default, and nothing is noticed then', async () => {
    const service = await start({ trustSimulatedRoots: [] })
    expect(service.notices).toEqual([])
    await service.stop()
  })

  test('what is trusted or allowed only by configuration is noticed, at the start and on the first page', async () => {
    const site = createSite()
    const expectations = site.write('expect.toml', 'tee = ["tdx"]\nallow_debug = true\n')
    const { service, lines, url } = await startService(site, { expect: expectations })
    expect(service.notices.join(' ')).toMatch(/simulated root.*"debug"/s)
    expect(service.notices.filter((notice) => notice.includes('simulated root'))).toEqual([
      expect.stringContaining(site.config.trustSimulatedRoots?.[0] as string),
    ])
    for (const notice of service.notices) expect(lines.some((line) => JSON.parse(line).msg === notice)).toBe(true)
    expect(((await (await fetch(url)).json()) as { notices: string[] }).notices).toEqual(service.notices)
    const client = new HandClient(url)
    await client.auth()
    expect((await client.attestAs(createGuest({ tdAttributes: (1n << 28n) | 1n }))).status).toBe(200)
  })

  test('a start that fails leaves no open store behind', async () => {
    const site = createSite()
    await expect(start({ expect: '/nowhere' }, site)).rejects.toMatchObject({ code: 'SERVICE_FILE_UNREADABLE' })
    const { service } = await startService(site)
    await service.stop()
  })
})

type Write = (name: string, content: string) => string
