/** The routes that the gateway of Trustee services answers itself, over HTTP. */
import { rmSync, writeFileSync } from 'node:fs'
import { createKeyClient } from '@veritee/guest'
import { describe, expect, test } from 'vitest'
import { createInstanceRoom, parseInstanceInfo } from '../src/gateway/index.ts'
import { openStore } from '../src/store/index.ts'
import { RUNTIME, requestOf, startAttestationHouse, structuredPiece } from './attestation-fixture.ts'
import { createGuest, createSite, HandClient, NOW, type Running, readProblem, startService } from './fixture.ts'

const PATH = 'default/key/disk'
const INSTANCE = { instance_id: 'i-1', image_id: 'img', instance_name: '机器', owner_account_id: '42' }
const header = (info: unknown) => ({
  AAInstanceInfo: Buffer.from(JSON.stringify(info)).toString('latin1'),
})

interface Page {
  data: Record<string, unknown>[]
  total: number
}

const list = async (running: Running, kind: 'attestation' | 'resources', query = ''): Promise<Page> => {
  const response = await running.admin('GET', `/../../api/audit/${kind}${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Page
}

/** A machine that attests and asks for secrets, naming itself as instances do. */
async function attest(running: Running, info: object = INSTANCE, guest = createGuest()): Promise<HandClient> {
  const client = new HandClient(running.url, header(info))
  await client.auth()
  await client.attestAs(guest)
  return client
}

describe('audit/attestation', () => {
  test('every attempt, newest first, with who called and what policies saw', async () => {
    const running = await startService(createSite())
    await attest(running)
    running.clock.now += 60
    await attest(running, { eas_instance_id: 'eas-1' }, createGuest({ mrTd: 'ab'.repeat(48) }))
    const { data, total } = await list(running, 'attestation')
    expect(total).toBe(2)
    expect(data[0]).toMatchObject({
      successful: false,
      status: 401,
      code: 'BROKER_EVIDENCE_REFUSED',
      claims: '',
      instance_id: '',
      eas_instance_id: 'eas-1',
      timestamp: new Date((NOW + 60) * 1000).toISOString(),
    })
    expect(data[1]).toMatchObject({
      ID: expect.any(Number),
      DeletedAt: null,
      client_ip: '127.0.0.1',
      request_body: '',
      source_service: 'kbs',
      successful: true,
      status: 200,
      ...INSTANCE,
    })
    expect(JSON.parse(data[1]?.['claims'] as string)).toMatchObject({
      iat: NOW,
      submods: {
        cpu0: {
          'ear.veraison.annotated-evidence': {
            tdx: { quote: {} },
            runtime_data_claims: { 'tee-pubkey': { kty: 'EC' } },
          },
        },
      },
    })
  })

  test.each([
    ['?successful=true', 1],
    ['?successful=false', 1],
    ['?successful=perhaps', 2],
    ['?source_service=kbs', 2],
    ['?source_service=attestation-service', 0],
    ['?instance_id=i-1', 1],
    ['?instance_id=eas-1', 1],
    ['?instance_id=nobody', 0],
    [`?start_time=${new Date((NOW + 30) * 1000).toISOString()}`, 1],
    [`?end_time=${new Date((NOW + 30) * 1000).toISOString()}`, 1],
    ['?start_time=yesterday', 2],
    ['?limit=-1&offset=x', 2],
    ['?limit=99999999999', 2],
  ])('filtered: %s', async (query, total) => {
    const running = await startService(createSite())
    await attest(running)
    running.clock.now += 60
    await attest(running, { eas_instance_id: 'eas-1' }, createGuest({ mrTd: 'ab'.repeat(48) }))
    const page = await list(running, 'attestation', query)
    expect(page).toMatchObject({ total, data: { length: total } })
  })

  test('attestations that programs asked for, by the service that they asked', async () => {
    const house = await startAttestationHouse({}, '/api/as')
    const request = requestOf([await structuredPiece(RUNTIME)])
    expect((await house.post('/attestation', request, header(INSTANCE))).status).toBe(200)
    await attest(house)
    const { data } = await list(house, 'attestation')
    expect(data.map(({ source_service, instance_id }) => [source_service, instance_id])).toEqual([
      ['kbs', 'i-1'],
      ['attestation-service', 'i-1'],
    ])
    expect(await list(house, 'attestation', '?source_service=attestation-service')).toMatchObject({ total: 1 })
  })

  test('pages: the total counts what fits, whatever is on the page', async () => {
    const running = await startService(createSite())
    for (let count = 0; count < 3; count++) await attest(running)
    const page = await list(running, 'attestation', '?limit=1&offset=1')
    expect(page).toMatchObject({ total: 3, data: { length: 1 } })
    const all = (await list(running, 'attestation')).data
    expect(page.data[0]).toEqual(all[1])
    expect(await list(running, 'attestation', '?offset=9')).toEqual({ data: [], total: 3 })
  })
})

describe('audit/resources', () => {
  test('reads, writes and deletions of secrets, with what came of them', async () => {
    const running = await startService(createSite())
    await running.putSecret(PATH, 'secret')
    const client = await attest(running)
    expect((await client.resource(PATH)).status).toBe(200)
    expect((await client.resource('default/key/other')).status).toBe(404)
    expect((await running.admin('DELETE', `/resource/${PATH}`)).status).toBe(200)
    expect((await fetch(`${running.url}/kbs/v0/resource/${PATH}`, { method: 'DELETE' })).status).toBe(401)
    const { data, total } = await list(running, 'resources')
    expect(total).toBe(5)
    expect(data.map(({ method, status, successful, tag }) => [method, status, successful, tag])).toEqual([
      ['DELETE', 401, false, expect.any(String)],
      ['DELETE', 200, true, 'disk'],
      ['GET', 404, false, 'other'],
      ['GET', 200, true, 'disk'],
      ['POST', 200, true, 'disk'],
    ])
    expect(data[3]).toMatchObject({ repository: 'default', type: 'key', client_ip: '127.0.0.1', ...INSTANCE })
    expect((await list(running, 'resources', '?method=get')).total).toBe(2)
    expect((await list(running, 'resources', '?method=PATCH')).total).toBe(0)
    expect((await list(running, 'resources', '?tag=other&repository=default&type=key')).total).toBe(1)
    expect((await list(running, 'resources', '?repository=none')).data).toEqual([])
    expect(JSON.stringify(data)).not.toContain('"secret"')
  })

  test('a session is found by its cookie and by its name, and the cookie is in no answer', async () => {
    const running = await startService(createSite())
    await running.putSecret(PATH, 'secret')
    const client = await attest(running)
    await client.resource(PATH)
    await (await attest(running)).resource(PATH)
    const cookie = client.cookie.split('=').slice(1).join('=')
    const attestations = await list(running, 'attestation', `?session_id=${encodeURIComponent(cookie)}`)
    expect(attestations.total).toBe(1)
    const name = attestations.data[0]?.['session_id'] as string
    expect(name).toMatch(/^[0-9a-f]{32}$/)
    expect((await list(running, 'resources', `?session_id=${name}`)).total).toBe(1)
    expect(JSON.stringify(await list(running, 'resources'))).not.toContain(cookie)
    expect((await list(running, 'resources', '?session_id=0123')).total).toBe(0)
  })

  test('the audit chain holds with what is known of callers in it', async () => {
    const running = await startService(createSite())
    await attest(running)
    const text = await (await running.admin('GET', '/../../api/v1/audit?action=attestation')).text()
    expect(text).toContain('"client":"127.0.0.1"')
    expect(text).toContain('i-1')
  })
})

test.each(['/api/audit/attestation', '/api/audit/resources', '/api/aa-instance/list', '/api/kbs/v0/resources'])(
  '%s is for administrators and auditors',
  async (path) => {
    const { url } = await startService(createSite())
    const response = await fetch(url + path)
    expect(response.status).toBe(401)
    expect((await readProblem(response)).code).toBe('SERVICE_ADMIN_TOKEN_MISSING')
  },
)

describe('aa-instance', () => {
  const beat = (url: string, headers: Record<string, string>) =>
    fetch(`${url}/api/aa-instance/heartbeat`, { method: 'POST', headers })
  const heard = async (running: Running) =>
    (await (await running.admin('GET', '/../../api/aa-instance/list')).json()) as {
      active_aa_instances: Record<string, unknown>[]
      count: number
    }

  test('an instance is active until it was not heard for the time configured', async () => {
    const running = await startService(createSite(), { gateway: { heartbeatMinutes: 2 } })
    const answer = await beat(running.url, header(INSTANCE))
    expect(await answer.json()).toEqual({ status: 'ok', timestamp: new Date(NOW * 1000).toISOString() })
    running.clock.now += 60
    await beat(running.url, header({ eas_instance_id: 'eas-1', ip: '10.0.0.9', image_id: null, unknown: 1 }))
    running.clock.now += 30
    await beat(running.url, header({ ...INSTANCE, instance_name: 'renamed' }))
    const { active_aa_instances, count } = await heard(running)
    expect(count).toBe(2)
    expect(active_aa_instances[0]).toMatchObject({
      instance_id: 'i-1',
      instance_name: 'renamed',
      client_ip: '127.0.0.1',
      CreatedAt: new Date(NOW * 1000).toISOString(),
      last_heartbeat: new Date((NOW + 90) * 1000).toISOString(),
    })
    // What an instance says of its address stands beside the address it came from, and does not replace it.
    expect(active_aa_instances[1]).toMatchObject({ eas_instance_id: 'eas-1', image_id: '', ip: '10.0.0.9' })
    expect(active_aa_instances[1]).toMatchObject({ client_ip: '127.0.0.1' })
    running.clock.now += 100
    expect((await heard(running)).active_aa_instances).toMatchObject([{ instance_id: 'i-1' }])
    running.clock.now += 30
    expect(await heard(running)).toMatchObject({ active_aa_instances: [], count: 0 })
  })

  test.each([
    ['no header', {}],
    ['no JSON', { AAInstanceInfo: '{' }],
    ['a list', header([])],
    ['no id', header({ image_id: 'x' })],
    ['an empty id', header({ instance_id: '' })],
    ['a number', header({ instance_id: 7 })],
    ['a control character', header({ instance_id: 'a\nb' })],
    ['a long text', header({ instance_id: 'a'.repeat(257) })],
    ['a long header', header({ instance_id: 'a', more: 'a'.repeat(5000) })],
    ['no UTF-8', { AAInstanceInfo: '{"instance_id":"\xff"}' }],
  ])('%s is refused', async (_name, headers) => {
    const { url } = await startService(createSite())
    const response = await beat(url, headers as Record<string, string>)
    expect(response.status).toBe(400)
    expect((await readProblem(response)).code).toBe('SERVICE_INSTANCE_INVALID')
  })

  test('so many instances and no more; those that are known are heard on', async () => {
    const store = await openStore({ driver: 'memory' }, '/', undefined as never)
    const clock = { now: NOW }
    const room = createInstanceRoom({ store, lifetimeSeconds: 60, limit: 2, now: () => clock.now })
    const hear = (id: string) => room.hear(parseInstanceInfo(JSON.stringify({ instance_id: id })), '10.0.0.1')
    await hear('a')
    await hear('b')
    await expect(hear('c')).rejects.toMatchObject({ code: 'SERVICE_INSTANCES_FULL' })
    await hear('a')
    clock.now += 61
    await hear('c')
    expect((await room.list()).map(({ info }) => info.instance_id)).toEqual(['c'])
  })

  test('replicas know what each of them heard', async () => {
    const store = await openStore({ driver: 'memory' }, '/', undefined as never)
    const open = () => createInstanceRoom({ store, lifetimeSeconds: 60, now: () => NOW })
    const [one, other] = [open(), open()]
    await one.hear(parseInstanceInfo('{"instance_id":"a"}'), '10.0.0.1')
    await other.hear(parseInstanceInfo('{"instance_id":"b"}'), '10.0.0.2')
    const names = async (room: typeof one) => (await room.list()).map(({ info }) => info.instance_id).sort()
    expect(await names(one)).toEqual(['a', 'b'])
    expect(await names(other)).toEqual(['a', 'b'])
  })

  test('a header that cannot be read keeps no machine from its key', async () => {
    const running = await startService(createSite())
    await running.putSecret(PATH, 'secret')
    const client = new HandClient(running.url, { AAInstanceInfo: '{' })
    await client.auth()
    expect((await client.attestAs(createGuest())).status).toBe(200)
    expect(await client.open(await client.resource(PATH))).toBe('secret')
  })
})

describe('health and the rest', () => {
  test('health, and the health of the parts', async () => {
    const { url, service } = await startService(createSite())
    expect(await (await fetch(`${url}/api/health`)).json()).toEqual({ status: 'ok' })
    const healthy = await (await fetch(`${url}/api/services-health`)).json()
    const ok = { status: 'ok', timestamp: new Date(NOW * 1000).toISOString() }
    expect(healthy).toEqual({ gateway: ok, kbs: ok, as: ok, rvps: ok })
    await service.stop()
    const sick = (await (await service.fetch(new Request('http://x/api/services-health'))).json()) as Record<
      string,
      { status: string; message?: string }
    >
    expect(sick['gateway']?.status).toBe('ok')
    for (const part of ['kbs', 'as', 'rvps'])
      expect(sick[part]).toMatchObject({ status: 'error', message: expect.any(String) })
  })

  test('the credential file, as it is now; 404 where there is none', async () => {
    const site = createSite()
    const credential = site.write('credential', 'one')
    const { url } = await startService(site, { gateway: { credential } })
    const read = () => fetch(`${url}/api/credential`)
    const response = await read()
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(await response.text()).toBe('one')
    writeFileSync(credential, 'two')
    expect(await (await read()).text()).toBe('two')
    rmSync(credential)
    expect((await readProblem(await read())).code).toBe('SERVICE_CREDENTIAL_ABSENT')
    const without = await startService(createSite())
    expect((await fetch(`${without.url}/api/credential`)).status).toBe(404)
  })

  test('lists of secrets are filtered, and empty lists are lists', async () => {
    const running = await startService(createSite())
    await running.putSecret('a/key/one', 'x')
    await running.putSecret('b/key/two', 'x')
    const names = async (query: string) =>
      (
        (await (await running.admin('GET', `/../../api/kbs/v0/resources${query}`)).json()) as { resource_tag: string }[]
      ).map(({ resource_tag }) => resource_tag)
    expect(await names('')).toEqual(['one', 'two'])
    expect(await names('?repository=a')).toEqual(['one'])
    expect(await names('?repository=b&type=key')).toEqual(['two'])
    expect(await names('?type=none')).toEqual([])
  })

  test('reference values are under /api/rvps too', async () => {
    const { admin, url } = await startService(createSite())
    expect(await (await admin('GET', '/../../api/rvps/query')).json()).toEqual({})
    expect((await fetch(`${url}/api/rvps/query`)).status).toBe(401)
  })

  test('machines reach the key broker through the gateway', async () => {
    const { url, putSecret } = await startService(createSite())
    await putSecret(PATH, 'secret')
    const client = createKeyClient({ url: `${url}/api`, attester: createGuest() })
    expect(new TextDecoder().decode(await client.get(`kbs:///${PATH}`))).toBe('secret')
  })
})
