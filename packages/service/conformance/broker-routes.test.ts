/** Every route of the key broker as a contract: status, body and content type of its replies, and what it refuses. */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { PlainGuest } from '../../../testkit/plain-client.ts'
import { createGuest, createSite, HandClient, readProblem, startService } from './fixture.ts'

const PATH = 'default/key/disk'
const TYPE = 'https://github.com/confidential-containers/kbs/errors/'

async function start(over: Parameters<typeof startService>[1] = {}) {
  return startService(createSite(), { store: { driver: 'memory' }, ...over })
}

async function attested(url: string) {
  const client = new HandClient(url)
  await client.auth()
  expect((await client.attestAs(createGuest())).status).toBe(200)
  return client
}

const readReply = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type')?.split(';')[0] ?? null,
  body: await response.text(),
})

const bare = (status: number, body = '') => ({ status, type: null, body })

describe('replies', () => {
  test('POST /auth and /attest: JSON, one cookie without Path and Domain, the token alone', async () => {
    const { url } = await start()
    const client = new HandClient(url)
    const challenge = await client.auth()
    expect(challenge.headers.getSetCookie()).toHaveLength(1)
    expect(challenge.headers.getSetCookie()[0]).toMatch(
      /^kbs-session-id=[\w.-]+; Expires=[A-Z][a-z]{2}, [^;]+ GMT; HttpOnly; SameSite=Strict$/,
    )
    const { type, body } = await readReply(challenge)
    expect(type).toBe('application/json')
    expect(JSON.parse(body)).toEqual({ nonce: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/), 'extra-params': '' })
    const token = await client.attestAs(createGuest())
    expect(token.headers.getSetCookie()).toHaveLength(1)
    const reply = await readReply(token)
    expect(reply).toMatchObject({ status: 200, type: 'application/json' })
    expect(reply.body).toMatch(/^\{"token":"[\w-]+\.[\w-]+\.[\w-]+"\}$/)
  })

  test('the hash of a kind of machine is told, and nothing else is negotiated', async () => {
    const { url } = await start()
    const select = async (tee: string) => {
      const body = {
        version: '0.4.0',
        tee,
        'extra-params': { 'supported-hash-algorithms': ['sha256', 'sha384', 'sm3'] },
      }
      return ((await (await new HandClient(url).auth(body)).json()) as { 'extra-params': unknown })['extra-params']
    }
    expect(await select('hygontpm')).toEqual({ 'selected-hash-algorithm': 'sm3' })
    expect(await select('snp')).toBe('')
  })

  test('GET of a secret: the members of the JWE in their order, nothing beside them', async () => {
    const { url, putSecret } = await start()
    await putSecret(PATH, 'secret')
    const client = await attested(url)
    const response = await client.resource(PATH)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { status, type, body } = await readReply(response)
    expect([status, type]).toEqual([200, 'application/json'])
    expect(Object.keys(JSON.parse(body))).toEqual(['protected', 'encrypted_key', 'iv', 'ciphertext', 'tag'])
    const header = Buffer.from((JSON.parse(body) as { protected: string }).protected, 'base64url').toString()
    expect(header).toMatch(
      /^\{"alg":"ECDH-ES\+A256KW","enc":"A256GCM","epk":\{"crv":"P-256","kty":"EC","x":"[\w-]{43}","y":"[\w-]{43}"\}\}$/,
    )
  })

  test('what administrators send is answered with nothing', async () => {
    const { admin } = await start()
    expect(await readReply(await admin('POST', `/resource/${PATH}`, 'x'))).toEqual(bare(200))
    expect(await readReply(await admin('DELETE', `/resource/${PATH}`))).toEqual(bare(200))
    const message = { version: '0.1.0', type: 'sample', payload: Buffer.from('{"a":["b"]}').toString('base64') }
    const wrapped = JSON.stringify({ message: JSON.stringify(message) })
    expect(await readReply(await admin('POST', '/rvps/register', wrapped))).toEqual(bare(200))
    expect(await readReply(await admin('GET', '/rvps/query'))).toMatchObject({
      status: 200,
      type: 'application/json',
      body: expect.stringContaining('"a"'),
    })
    expect(await readReply(await admin('GET', '/reference-value/a'))).toMatchObject({ type: 'application/json' })
    expect(await readReply(await admin('DELETE', '/rvps/delete/a'))).toEqual(bare(200))
    expect(await readReply(await admin('GET', '/resources'))).toEqual({
      status: 200,
      type: 'application/json',
      body: '[]',
    })
  })

  test('storage keys: rotated, read again, wrapped anew; there is no public half', async () => {
    const { admin, putSecret, url } = await start()
    await putSecret(PATH, 'secret')
    const rotated = await admin('POST', '/resource/rotate')
    expect(await rotated.json()).toEqual({
      public_key: null,
      key_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      rewrapped: 1,
      skipped: 0,
      failed: 0,
      retired_keys: 1,
      purged_keys: 0,
    })
    expect(await (await admin('POST', '/resource/reload')).json()).toEqual({ reloaded_keys: 2 })
    expect(await (await admin('POST', '/resource/rewrap')).json()).toEqual({
      total: 1,
      rewrapped: 0,
      skipped: 1,
      failed: 0,
    })
    const absent = await admin('GET', '/resource/pubkey')
    expect(absent.status).toBe(404)
    expect(await absent.json()).toMatchObject({
      type: `${TYPE}PluginInternalError`,
      code: 'SERVICE_STORAGE_KEY_SYMMETRIC',
    })
    const client = await attested(url)
    expect(await client.open(await client.resource(PATH))).toBe('secret')
    const audit = await admin('GET', '/../../api/v1/audit?action=keys.rewrap')
    expect(((await audit.json()) as { items: unknown[] }).items).toHaveLength(1)
    for (const [method, path] of [
      ['GET', 'pubkey'],
      ['POST', 'rotate'],
      ['POST', 'reload'],
      ['POST', 'rewrap'],
    ] as const)
      expect((await fetch(`${url}/kbs/v0/resource/${path}`, { method })).status).toBe(401)
  })

  test('health and metrics are outside of the base path, and open', async () => {
    const { url, admin } = await start()
    await admin('POST', `/resource/${PATH}`, 'x')
    expect(await readReply(await fetch(`${url}/healthz`))).toMatchObject({ status: 200, type: 'application/json' })
    const metrics = await readReply(await fetch(`${url}/metrics`))
    expect(metrics).toMatchObject({ status: 200, type: 'text/plain' })
    for (const name of [
      'kbs_http_requests_total',
      'kbs_http_request_duration_seconds_bucket',
      'kbs_http_request_size_bytes_bucket',
      'kbs_http_active_connections',
      'kbs_resource_reads_total',
      'kbs_resource_writes_total 1',
      'kbs_policy_evaluations_total',
      'kbs_policy_approvals_total',
      'kbs_policy_violations_total',
      'kbs_policy_errors_total',
      'kbs_attestation_requests_total',
      'kbs_attestation_errors_total',
      'kbs_auth_requests_total',
      'kbs_auth_successes_total',
      'kbs_auth_errors_total',
      'kbs_build_info',
    ])
      expect(metrics.body).toContain(`\n${name}`)
  })

  test('metrics count by kind of machine and by what the policy said', async () => {
    const { url, putSecret } = await start()
    await putSecret(PATH, 'x')
    const client = await attested(url)
    await client.resource(PATH)
    const refused = new HandClient(url)
    await refused.auth()
    await refused.attestAs(createGuest({ tdAttributes: (1n << 28n) | 1n }))
    await refused.auth({ version: '9.9.9', tee: 'tdx', 'extra-params': '' })
    const body = await (await fetch(`${url}/metrics`)).text()
    for (const line of [
      'kbs_attestation_successes_total{tee_type="tdx"} 1',
      'kbs_attestation_failures_total{tee_type="tdx"} 1',
      'kbs_policy_evaluations_total 1',
      'kbs_policy_approvals_total 1',
      'kbs_policy_violations_total 0',
      'kbs_auth_successes_total 2',
      'kbs_auth_errors_total 1',
    ])
      expect(body).toContain(line)
    expect(body).not.toContain(PATH)
  })
})

describe('refusals', () => {
  test.each([
    ['GET', '/nebula-ca/credential?name=a&ip=10.0.0.1', 'PluginNotFound', 'BROKER_PLUGIN_UNKNOWN'],
    ['POST', '/pkcs11/wrap-key', 'PluginNotFound', 'BROKER_PLUGIN_UNKNOWN'],
    ['GET', '/pkcs11/resource/a/b/c', 'PluginNotFound', 'BROKER_PLUGIN_UNKNOWN'],
    ['DELETE', '/provisioner/provision/x', 'PluginNotFound', 'BROKER_PLUGIN_UNKNOWN'],
    ['PUT', '/external/backend/x', 'PluginNotFound', 'BROKER_PLUGIN_UNKNOWN'],
    ['GET', '/resource/a/b', 'InvalidRequestPath', 'BROKER_RESOURCE_PATH_INVALID'],
    ['GET', '/resource/a/b/c/d', 'InvalidRequestPath', 'BROKER_RESOURCE_PATH_INVALID'],
    ['GET', '/resource/a/b/.hidden', 'InvalidRequestPath', 'BROKER_RESOURCE_PATH_INVALID'],
    ['GET', '/rvps/nothing', 'InvalidRequestPath', 'SERVICE_HTTP_ROUTE_UNKNOWN'],
    ['GET', '/nothing', 'InvalidRequestPath', 'SERVICE_HTTP_ROUTE_UNKNOWN'],
  ])('%s %s is 404 %s', async (method, path, name, code) => {
    const { url } = await start()
    for (const base of ['/kbs/v0', '/api/kbs/v0']) {
      const response = await fetch(url + base + path, { method })
      expect(response.status).toBe(404)
      const problem = await response.json()
      expect(problem).toMatchObject({ type: TYPE + name, detail: expect.any(String), code })
      if (code === 'BROKER_PLUGIN_UNKNOWN') expect(problem).toMatchObject({ path: 'plugin', expected: ['resource'] })
    }
  })

  test.each([
    ['/auth', 'POST'],
    ['/attest', 'POST'],
    [`/resource/${PATH}`, 'GET, HEAD, POST, DELETE'],
    ['/resources', 'GET, HEAD'],
    ['/resource/rotate', 'POST'],
    ['/resource-policy', 'POST, GET, HEAD'],
    ['/rvps/register', 'POST'],
  ])('PUT %s is 405 with Allow: %s', async (path, allow) => {
    const { url } = await start()
    const refused = await fetch(`${url}/kbs/v0${path}`, { method: 'PUT', body: 'x' })
    expect(refused.status).toBe(405)
    expect(refused.headers.get('allow')?.split(', ').sort()).toEqual(allow.split(', ').sort())
    expect(await refused.json()).toMatchObject({ code: 'SERVICE_HTTP_METHOD_NOT_ALLOWED', type: expect.any(String) })
  })

  test('401 where another try helps, 403 where the policy says no, 404 where nothing is', async () => {
    const { url, putSecret, admin } = await start({ release: { statuses: ['affirming'] } })
    await putSecret(PATH, 'x')
    const client = await attested(url)
    const nobody = await fetch(`${url}/kbs/v0/resource/${PATH}`)
    expect([nobody.status, (await readProblem(nobody)).code]).toEqual([401, 'BROKER_SESSION_MISSING'])
    const forged = await client.resource(PATH, { authorization: 'Bearer a.b.c' })
    expect(forged.status).toBe(401)
    expect(await forged.json()).toMatchObject({ type: `${TYPE}TokenVerifierError` })
    expect((await client.resource('default/key/absent')).status).toBe(404)
    const policy = Buffer.from('package policy\nimport rego.v1\ndefault allow := false\n').toString('base64url')
    expect((await admin('POST', '/resource-policy', JSON.stringify({ policy }))).status).toBe(200)
    for (const path of [PATH, 'default/key/absent']) {
      const denied = await client.resource(path)
      expect(denied.status).toBe(403)
      expect(await denied.json()).toMatchObject({ type: `${TYPE}PolicyDeny`, code: 'BROKER_RESOURCE_DENIED' })
    }
  })

  test('a policy sees plugin, path and query, of which the last of a name counts', async () => {
    const { url, putSecret, admin } = await start()
    await putSecret(PATH, 'x')
    const text = `package policy
import rego.v1
default allow := false
allow if { data.plugin == "resource"; data.query.purpose == "boot" }`
    const policy = Buffer.from(text).toString('base64url')
    expect((await admin('POST', '/resource-policy', JSON.stringify({ policy }))).status).toBe(200)
    const client = await attested(url)
    expect((await client.resource(PATH)).status).toBe(403)
    expect((await client.resource(`${PATH}?purpose=boot`)).status).toBe(200)
    expect((await client.resource(`${PATH}?purpose=boot&purpose=other`)).status).toBe(403)
    expect((await client.resource(`${PATH}?purpose=other&purpose=boot`)).status).toBe(200)
  })

  test.each(['cca', 'se', 'sev', 'system'])('BROKER_TEE_UNKNOWN: %s, which nobody here can judge', async (tee) => {
    const { url } = await start()
    const refused = await new PlainGuest(url, { tee, attester: () => ({}) }).auth()
    expect(refused.status).toBe(400)
    const problem = await readProblem(refused)
    expect(problem).toMatchObject({ code: 'BROKER_TEE_UNKNOWN', path: 'tee' })
    expect(problem.expected).toContain('tdx')
    expect(problem.expected).not.toContain(tee)
  })

  test('a member twice is refused wherever it stands', async () => {
    const { url, admin } = await start()
    const client = new HandClient(url)
    await client.auth()
    const body = JSON.stringify(await client.prepare(createGuest()))
    for (const [member, twice] of [
      ['"runtime-data":', '"runtime-data":{},"runtime-data":'],
      ['"nonce":', '"nonce":"x","nonce":'],
      ['"nonce":', '"n\\u006fnce":"x","nonce":'],
      ['"crv":', '"crv":"P-521","crv":'],
      ['"quote":', '"quote":"","quote":'],
    ] as const)
      expect((await client.attest(body.replace(member, twice))).status).toBe(400)
    const evidence = { primary_evidence: {}, additional_evidence: '{"nvidia":{},"nvidia":{}}' }
    expect((await client.attest({ ...JSON.parse(body), 'tee-evidence': evidence })).status).toBe(400)
    expect((await client.attest(body)).status).toBe(200)
    const policies = await admin('POST', '/resource-policy', '{"policy":"a","policy":"b"}')
    expect(policies.status).toBe(400)
  })

  test('JSON is read whatever the content type says', async () => {
    const { url } = await start()
    const body = JSON.stringify({ version: '0.4.0', tee: 'tdx', 'extra-params': 'foo' })
    for (const type of [undefined, 'text/plain', 'application/octet-stream', 'application/json; charset=utf-8']) {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      // Bytes: the runtime names no type for them.
      const response = await fetch(`${url}/kbs/v0/auth`, { method: 'POST', headers, body: Buffer.from(body) })
      expect(response.status).toBe(200)
    }
  })
})

describe('paths', () => {
  /** The target goes out as it is: no client library tidies it. */
  function send(url: string, target: string): Promise<string> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 'latin1'),
      )
      let text = ''
      socket.on('data', (data) => {
        text += data.toString('latin1')
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
  }

  test.each([
    '/kbs/v0/resource/default/key/../key/disk',
    '/kbs/v0/resource/default/key/%2e%2e/disk',
    '/kbs/v0/resource/default/key/%2E%2E%2fdisk',
    '/kbs/v0/resource/default%2fkey%2fdisk',
    '/kbs/v0/resource/default/key/disk%00',
    '/kbs/v0/resource/default/key/d%69sk',
    '/kbs/v0/resource/default//key/disk',
    '/kbs/v0/resource/default/key/disk%0d%0aSet-Cookie:%20a=b',
    '/kbs/v0/resource/default/key/d\u00efsk',
    '/kbs/v0/resource/default/key/d%C3%AFsk',
    '/kbs/v0/resource/default\\key\\disk',
    '/kbs/v0/resource/default/key/disk;a=b',
    '/kbs/v0/./resource/default/key/disk',
    '/kbs/v0/resource/default/key/disk/.',
  ])('%j names nothing', async (target) => {
    const { url, putSecret } = await start()
    await putSecret(PATH, 'x')
    const answer = await send(url, target)
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(answer.toLowerCase()).not.toContain('\r\nset-cookie:')
  })

  test.each(['a b', 'a/b', '', '.', '..', '.a', 'a'.repeat(256), 'ä', 'a\u0000', 'a\n', 'a%', '%61'])(
    'the segment %j is refused in every place',
    async (segment) => {
      const { admin } = await start()
      for (const place of [0, 1, 2]) {
        const parts = ['a', 'b', 'c']
        parts[place] = encodeURIComponent(segment)
        const response = await admin('POST', `/resource/${parts.join('/')}`, 'x')
        // What a client tidies away before it sends is another path, of two segments or none.
        expect([400, 404, 405]).toContain(response.status)
      }
      expect(await (await admin('GET', '/resources')).text()).toBe('[]')
    },
  )

  test.each(['a', '_a', '-a', 'A.b-c_d', '0', 'a..b', 'a'.repeat(255)])('the segment %j is one', async (segment) => {
    const { admin } = await start()
    expect((await admin('POST', `/resource/${segment}/${segment}/${segment}`, 'x')).status).toBe(200)
    expect(await (await admin('GET', '/resources')).json()).toMatchObject([{ resource_tag: segment }])
  })
})

describe('what costs the service nothing', () => {
  test('a body of 1 GB is refused before it was sent, however it comes', async () => {
    const { url, admin } = await start()
    const { hostname, port } = new URL(url)
    const chunk = randomBytes(64 * 1024)
    const stream = (path: string, headers: Record<string, string>) =>
      new Promise<{ status: number; sent: number }>((resolve, reject) => {
        let sent = 0
        let status = 0
        const out = request({ hostname, port, path, method: 'POST', headers, agent: false }, (response) => {
          status = response.statusCode ?? 0
          response.resume().on('close', () => {
            out.destroy()
            resolve({ status, sent })
          })
        })
        out.on('error', (error) => (status === 0 ? reject(error) : resolve({ status, sent })))
        const feed = () => {
          while (status === 0 && sent < 1 << 30) {
            sent += chunk.length
            if (!out.write(chunk)) return void out.once('drain', feed)
          }
        }
        feed()
      })
    const before = process.memoryUsage().rss
    for (const path of ['/kbs/v0/auth', '/kbs/v0/attest'])
      for (const headers of [{}, { 'content-length': String(1 << 30) }] as Record<string, string>[]) {
        const { status, sent } = await stream(path, headers)
        expect(status).toBe(413)
        expect(sent).toBeLessThan(32 << 20)
      }
    expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20)
    expect((await admin('GET', '/resources')).status).toBe(200)
  })

  test('ten thousand half-open handshakes: nothing is kept, and each may still be finished', async () => {
    const { url, service } = await start({
      log: { level: 'silent' },
      limits: { perClient: { perSecond: 100_000, burst: 1_000_000 } },
    })
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const body = JSON.stringify({ version: '0.4.0', tee: 'tdx', 'extra-params': '' })
    const open = () =>
      service
        .fetch(new Request(`${url}/kbs/v0/auth`, { method: 'POST', body }))
        .then((response) => response.arrayBuffer())
    const first = new HandClient(url)
    await first.auth()
    const prepared = await first.prepare(createGuest())
    const hold = async (count: number) => {
      for (let done = 0; done < count; done += 500) await Promise.all(Array.from({ length: 500 }, open))
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const warm = await hold(2000)
    const after = await hold(10_000)
    // Ten thousand sessions of one kilobyte each would be 10 MB.
    expect(after - warm).toBeLessThan(5 << 20)
    expect((await first.attest(prepared)).status).toBe(200)
  })
})
