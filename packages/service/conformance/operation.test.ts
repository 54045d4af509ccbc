import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { issueSelfSigned } from '../../../testkit/certificate.ts'
import { createAdminToken } from '../src/admin/index.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest, createSite, EXPECTATIONS, HandClient, readProblem, type Site, startService } from './fixture.ts'

const PATH = 'default/key/disk'

async function start(over: Partial<ServiceConfigInput> = {}, site: Site = createSite()) {
  const running = await startService(site, over)
  const call = async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) => {
    const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), {
      now: running.clock.now,
    })
    return fetch(running.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...headers } })
  }
  const attest = async () => {
    const client = new HandClient(running.url)
    await client.auth()
    return { client, response: await client.attestAs(createGuest()) }
  }
  return { ...running, site, call, attest }
}

test('metrics count what happened, and name nobody', async () => {
  const { url, attest, putSecret } = await start()
  await putSecret(PATH, 'x')
  const { client } = await attest()
  await client.resource(PATH)
  const text = await (await fetch(`${url}/metrics`)).text()
  for (const line of [
    'kbs_attestation_requests_total 1',
    'kbs_attestation_successes_total{tee_type="tdx"} 1',
    'kbs_resource_reads_total 1',
    'kbs_resource_writes_total 1',
    'kbs_auth_requests_total 1',
    'veritee_store_up 1',
  ])
    expect(text).toContain(line)
  expect(text).not.toContain('default')
})

test('metrics are for this machine, and not for whom a proxy on it speaks for', async () => {
  const { url } = await start()
  const status = async (headers: Record<string, string>) => (await fetch(`${url}/metrics`, { headers })).status
  expect(await status({})).toBe(200)
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
    expect(await status({ [name]: '127.0.0.1' }), name).toBe(404)
})

test('metrics can be switched off', async () => {
  const { url } = await start({ metrics: 'off' })
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
})

test('SERVICE_RATE_LIMITED over HTTP, with Retry-After; health is answered all the same', async () => {
  const { url, clock } = await start({ limits: { perClient: { perSecond: 1, burst: 5, loopback: true } } })
  const statuses = await Promise.all(Array.from({ length: 9 }, async () => (await new HandClient(url).auth()).status))
  expect(statuses.filter((status) => status === 200)).toHaveLength(5)
  const refused = await new HandClient(url).auth()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await readProblem(refused)).toMatchObject({ code: 'SERVICE_RATE_LIMITED' })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  clock.now += 2
  expect((await new HandClient(url).auth()).status).toBe(200)
})

test('events tell what happens, go on after a break, and end with the service', async () => {
  const { call, putSecret, attest, service } = await start()
  await putSecret(PATH, 'x')
  const read = async (response: Response, until: RegExp) => {
    let text = ''
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    while (!until.test(text)) {
      const { done, value } = await reader.read()
      if (done) break
      text += new TextDecoder().decode(value)
    }
    return { text, reader }
  }
  const response = await call('/api/v1/events?topics=attestations')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  await attest()
  const first = await read(response, /event: attestations\n.*\n\n/)
  expect(first.text).toMatch(
    /id: 2\nevent: attestations\ndata: \{"seq":2,.*"outcome":"done","machine":"tdx-[0-9a-f]{24}"\}\n\n/,
  )
  const machines = await read(await call('/api/v1/events?topics=machines', { 'last-event-id': '0' }), /id: 2\n/)
  expect(machines.text).toMatch(/id: 2\nevent: machines\n/)
  await machines.reader.cancel()
  await first.reader.cancel()
  const again = await read(await call('/api/v1/events', { 'last-event-id': '0' }), /id: 2\n/)
  expect(again.text).toMatch(/id: 1\nevent: secrets/)
  await again.reader.cancel()
  expect((await read(await call('/api/v1/events', { 'last-event-id': '999' }), /\n\n/)).text).toContain('event: reset')
  expect(await readProblem(await call('/api/v1/events?topics=weather'))).toMatchObject({
    code: 'SERVICE_REQUEST_INVALID',
  })
  const open = await call('/api/v1/events')
  const ended = read(open, /never/)
  await service.stop()
  await ended
})

test('whoever follows sees no more than its role may read, and no longer than its token is good', async () => {
  const { call, url, putSecret, clock } = await start()
  await putSecret(PATH, 'x')
  const pair = generateKeyPairSync('ed25519')
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
  const key = JSON.stringify({ name: 'reader', role: 'reader', publicKey })
  const json = { 'content-type': 'application/json' }
  const { id } = (await (await call('/api/v1/access/keys', json, { method: 'POST', body: key })).json()) as {
    id: string
  }
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const asReader = async (path: string) => {
    const authorization = `Bearer ${await createAdminToken(pem, { now: clock.now })}`
    return fetch(url + path, { headers: { authorization, 'last-event-id': '0' } })
  }
  for (const topic of ['secrets', 'releases', 'access', 'keys'])
    expect(await readProblem(await asReader(`/api/v1/events?topics=attestations,${topic}`))).toMatchObject({
      code: 'SERVICE_ACCESS_DENIED',
    })
  const response = await asReader('/api/v1/events')
  const text = response.text()
  await call(`/api/v1/access/keys/${id}`, {}, { method: 'DELETE' })
  await putSecret(PATH, 'y')
  await setTimeout(1200)
  const collateral = () => call('/api/v1/collateral/refresh', {}, { method: 'POST' })
  await collateral()
  expect(await text).not.toMatch(/secret|access|collateral/)
})

test('SERVICE_EVENTS_FULL: a bounded number follows, and no key keeps the others out', async () => {
  const { call, service, clock } = await start()
  const follow = async (pem: string) => {
    const headers = { authorization: `Bearer ${await createAdminToken(pem, { now: clock.now })}` }
    return service.fetch(new Request('http://localhost/api/v1/events', { headers }))
  }
  const makeKey = async (name: string) => {
    const pair = generateKeyPairSync('ed25519')
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
    const body = JSON.stringify({ name, role: 'reader', publicKey })
    await call('/api/v1/access/keys', {}, { method: 'POST', body })
    return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  }
  const [one, two, three] = [await makeKey('one'), await makeKey('two'), await makeKey('three')]
  const open: Response[] = []
  for (const pem of [one, two]) {
    for (let index = 0; index < 32; index++) open.push(await follow(pem))
    if (pem === one) expect(await readProblem(await follow(pem))).toMatchObject({ code: 'SERVICE_EVENTS_FULL' })
  }
  expect(open.map(({ status }) => status)).toEqual(Array(64).fill(200))
  expect(await readProblem(await follow(three))).toMatchObject({ code: 'SERVICE_EVENTS_FULL' })
  await open[0]?.body?.cancel()
  const next = await follow(three)
  expect(next.status).toBe(200)
  await Promise.all([...open.slice(1), next].map((response) => response.body?.cancel()))
})

test('search finds secrets, keys and attestations; expiry lists what ends', async () => {
  const { call, putSecret, attest } = await start()
  await putSecret(PATH, 'x')
  await attest()
  const find = async (q: string) =>
    (
      (await (await call(`/api/v1/search?q=${encodeURIComponent(q)}`)).json()) as {
        items: { kind: string; id: string }[]
      }
    ).items
  expect(await find('key/di')).toMatchObject([{ kind: 'secret', id: PATH }])
  const [attempt] = (
    (await (await call('/api/v1/attestations')).json()) as { items: { id: string; machine: string }[] }
  ).items
  expect(await find(attempt?.machine ?? '')).toMatchObject([
    { kind: 'machine', id: attempt?.machine },
    { kind: 'attestation', id: attempt?.id },
  ])
  expect(await find(attempt?.id ?? '')).toMatchObject([{ kind: 'attestation', id: attempt?.id }])
  expect((await call('/api/v1/search?q=x')).status).toBe(400)
  await call('/api/v1/keys/token/rotate', {}, { method: 'POST' })
  expect(await (await call('/api/v1/expiry')).json()).toMatchObject({ items: [{ kind: 'tcb' }] })
  expect((await call('/api/v1/expiry?until=soon')).status).toBe(400)
})

test('a reload brings new expectations into effect, and a broken file leaves the old ones', async () => {
  const { site, attest, service } = await start()
  expect((await attest()).response.status).toBe(200)
  site.write('expect.toml', EXPECTATIONS.replace(/"[0-9a-f]{96}"/, `"${'ab'.repeat(48)}"`))
  expect(await service.reload()).toEqual([])
  expect((await attest()).response.status).toBe(401)
  site.write('expect.toml', 'this is no TOML = ')
  await expect(service.reload()).rejects.toMatchObject({ code: 'SERVICE_FILE_INVALID' })
  expect((await attest()).response.status).toBe(401)
  site.write('expect.toml', EXPECTATIONS)
  expect(await service.reload({ ...site.config, limits: { stopSeconds: 7 }, log: { level: 'error' } })).toEqual([
    'limits',
  ])
  expect((await attest()).response.status).toBe(200)
})

/** A service with TLS, asked inside the process. */
async function startOver(site: Site, tls: { cert: string; key: string }) {
  const { service, clock } = await startService(site, { tls })
  const call = async () => {
    const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: clock.now })
    const headers = { authorization: `Bearer ${token}` }
    const until = Math.floor(Date.now() / 1000) + 10 * 86_400
    return (await service.fetch(new Request(`http://localhost/api/v1/expiry?until=${until}`, { headers }))).json()
  }
  return { service, call }
}

const issueCertificate = (site: Site, name: string) => {
  const [cert, key] = ['cert', 'key'].map((kind) => join(site.dir, '..', `${name}.${kind}`)) as [string, string]
  return issueSelfSigned({ cert, key }, { commonName: name })
}

/** The common name of the certificate that a port answers with. */
function readPeerName(port: number, ALPNProtocols: string[] = ['http/1.1']): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols }, () => {
      resolve(socket.getPeerCertificate().subject.CN as string)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

test('SERVICE_STORE_UNAVAILABLE: a data directory that went away is not ready', async () => {
  const { url, site } = await start()
  renameSync(site.dir, `${site.dir}.away`)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  renameSync(`${site.dir}.away`, site.dir)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

test('connections beyond the limit are refused, and the log says so once', async () => {
  const { service, lines } = await start({ limits: { connections: 2 } })
  const port = service.address?.port as number
  const open = () =>
    new Promise<void>((resolve) => connectPlain(port, '127.0.0.1', resolve).on('error', () => undefined))
  for (let index = 0; index < 6; index++) await open()
  const told = () => lines.filter((line) => line.includes('connections are refused'))
  await expect.poll(told).toHaveLength(1)
  expect(JSON.parse(told()[0] as string)).toMatchObject({ level: 'warn', connections: 2 })
})

test('certificates that end are listed as they are in use, whatever lies in the files meanwhile', async () => {
  const site = createSite()
  const tls = issueCertificate(site, 'one')
  const { call, service } = await startOver(site, tls)
  writeFileSync(tls.cert, 'no certificate')
  expect(service.address?.url).toMatch(/^https:/)
  expect(await call()).toMatchObject({
    items: expect.arrayContaining([{ kind: 'certificate', id: tls.cert }].map((item) => expect.objectContaining(item))),
  })
})

test('a private key that others may read is named at the start', async () => {
  const site = createSite()
  const tls = issueCertificate(site, 'one')
  const start = async () =>
    (await startService(site, { tls })).service.notices.filter((text) => text.includes('tls.key'))
  chmodSync(tls.key, 0o644)
  expect(await start()).toEqual([expect.stringContaining(`chmod 600 ${tls.key}`)])
  chmodSync(tls.key, 0o640)
  expect(await start()).toEqual([])
})

test('a reload brings a new certificate into effect, at the gRPC listeners too', async () => {
  const site = createSite()
  const [tls, other] = [issueCertificate(site, 'one'), issueCertificate(site, 'two')]
  const grpc = { references: '0.0.0.0:0' }
  const { service } = await startService(site, { tls, grpc })
  const port = service.address?.port as number
  const grpcPort = Number(service.grpcAddresses['references']?.split(':').at(-1))
  const readNames = async () => [await readPeerName(port), await readPeerName(grpcPort, ['h2'])]
  expect(await readNames()).toEqual(['one', 'one'])
  writeFileSync(tls.cert, readFileSync(other.cert))
  await expect(service.reload()).rejects.toMatchObject({ code: 'SERVICE_TLS_INVALID' })
  expect(await readNames()).toEqual(['one', 'one'])
  writeFileSync(tls.key, readFileSync(other.key))
  expect(await service.reload()).toEqual([])
  expect(await readNames()).toEqual(['two', 'two'])
  expect(await service.reload({ ...site.config, grpc })).toEqual(['tls'])
  expect(await readNames()).toEqual(['two', 'two'])
})

test('a reload that finds one file wrong changes nothing: neither certificate nor administrators', async () => {
  const site = createSite()
  const [tls, other] = [issueCertificate(site, 'one'), issueCertificate(site, 'two')]
  const file = site.write('references.json', '[]')
  const [first, second] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  const pem = ({ publicKey }: typeof first) => publicKey.export({ type: 'spki', format: 'pem' }) as string
  const adminKeys = [site.write('operator.pub', pem(first))]
  const { service, clock } = await startService(site, { tls, references: { file }, adminKeys })
  const port = service.address?.port as number
  const ask = async ({ privateKey }: typeof first) => {
    const token = await createAdminToken(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, clock)
    const headers = { authorization: `Bearer ${token}` }
    return (await service.fetch(new Request('http://localhost/api/v1/me', { headers }))).status
  }
  for (const kind of ['cert', 'key'] as const) writeFileSync(tls[kind], readFileSync(other[kind]))
  site.write('operator.pub', pem(second))
  site.write('references.json', '{')
  await expect(service.reload()).rejects.toMatchObject({ code: 'SERVICE_FILE_INVALID' })
  expect(await readPeerName(port)).toBe('one')
  expect([await ask(first), await ask(second)]).toEqual([200, 401])
  site.write('references.json', '[]')
  expect(await service.reload()).toEqual([])
  expect(await readPeerName(port)).toBe('two')
  expect([await ask(first), await ask(second)]).toEqual([401, 200])
})
