/** gRPC as existing clients speak it: HTTP/2 in clear text on loopback, a client of its own transport. */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { create, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { describe, expect, test, vi } from 'vitest'
import { issueSelfSigned } from '../../../testkit/certificate.ts'
import { createAdminToken } from '../src/admin/index.ts'
import { Health, HealthCheckResponse_ServingStatus } from '../src/grpc/gen/grpc/health/v1/health_pb.ts'
import { ServerReflection, ServerReflectionRequestSchema } from '../src/grpc/gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection as ReflectionAlpha } from '../src/grpc/gen/grpc/reflection/v1alpha/reflection_pb.ts'
import { ReferenceValueProviderService } from '../src/grpc/gen/reference_pb.ts'
import { createReferenceClient, GrpcCallError } from '../src/grpc/index.ts'
import { createSite, NOW, startService } from './fixture.ts'

const message = (values: object) =>
  JSON.stringify({ version: '0.1.0', type: 'sample', payload: Buffer.from(JSON.stringify(values)).toString('base64') })

async function start(over: object = {}) {
  const running = await startService(createSite(), { grpc: { references: '127.0.0.1:0' }, ...over })
  const address = `http://${running.service.grpcAddresses['references']}`
  const transport = createGrpcTransport({ baseUrl: address })
  return { running, address, transport, client: createClient(ReferenceValueProviderService, transport) }
}

async function failureOf(work: Promise<unknown>): Promise<ConnectError> {
  try {
    await work
  } catch (error) {
    return ConnectError.from(error)
  }
  throw new Error('the call was answered')
}

describe('reference.ReferenceValueProviderService', () => {
  test('register, query, delete, list', async () => {
    const { running, client } = await start()
    await client.registerReferenceValue({ message: message({ k: ['aa'], n: 1 }) })
    await client.registerReferenceValue({ message: message({ k: ['bb'] }) })
    const all = await client.queryReferenceValue({})
    expect(JSON.parse(all.referenceValueResults as string)).toEqual({ k: ['aa', 'bb'], n: 1 })
    expect((await client.queryReferenceValue({ referenceValueId: 'k' })).referenceValueResults).toBe('["aa","bb"]')
    const absent = await client.queryReferenceValue({ referenceValueId: 'absent' })
    expect(absent.referenceValueResults).toBeUndefined()
    await client.deleteReferenceValue({ name: 'k' })
    expect((await client.queryReferenceValue({})).referenceValueResults).toBe('{"n":1}')
    running.clock.now += 367 * 86_400
    expect((await client.queryReferenceValue({})).referenceValueResults).toBe('{}')
  })

  test('a registration replaces where the configuration says so', async () => {
    const { client } = await start({ references: { register: 'replace' } })
    await client.registerReferenceValue({ message: message({ k: ['aa'] }) })
    await client.registerReferenceValue({ message: message({ k: ['bb'] }) })
    expect((await client.queryReferenceValue({ referenceValueId: 'k' })).referenceValueResults).toBe('["bb"]')
  })

  test('refusals are ABORTED and say what, why and what to do', async () => {
    const { client } = await start()
    const failure = await failureOf(client.registerReferenceValue({ message: '{' }))
    expect(failure.code).toBe(Code.Aborted)
    expect(failure.rawMessage).toMatch(/^Register reference value: .*\[REFERENCE_MESSAGE_INVALID at message\] Send /)
    const deleted = await failureOf(client.deleteReferenceValue({ name: 'absent' }))
    expect(deleted.rawMessage).toContain('REFERENCE_NAME_UNKNOWN')
    const listed = await failureOf(client.setReferenceValueList({ payload: '{"rv_list":7}' }))
    expect(listed.rawMessage).toContain('REFERENCE_LIST_INVALID')
  })

  test('a message beyond the limit is refused, and the listener goes on', async () => {
    const { client } = await start({ limits: { bodyBytes: 4096 } })
    const failure = await failureOf(client.registerReferenceValue({ message: 'x'.repeat(8192) }))
    expect(failure.code).toBe(Code.ResourceExhausted)
    await client.registerReferenceValue({ message: message({ k: ['aa'] }) })
  })

  test('many at once on one name: every one of them is kept', async () => {
    const { client } = await start()
    const digests = Array.from({ length: 20 }, (_, index) => index.toString(16).padStart(2, '0'))
    await Promise.all(digests.map((digest) => client.registerReferenceValue({ message: message({ k: [digest] }) })))
    const { referenceValueResults } = await client.queryReferenceValue({ referenceValueId: 'k' })
    expect((JSON.parse(referenceValueResults as string) as string[]).toSorted()).toEqual(digests)
  })

  test('the small client: texts in and out, refusals and absence told apart', async () => {
    const { address } = await start()
    const client = createReferenceClient(address)
    await client.register(message({ k: ['aa'] }))
    expect(await client.query()).toBe('{"k":["aa"]}')
    expect(await client.query('absent')).toBeUndefined()
    await expect(client.delete('absent')).rejects.toMatchObject({ status: 'ABORTED', unreachable: false })
    const nobody = createReferenceClient('http://127.0.0.1:1')
    const error = await nobody.query().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(GrpcCallError)
    expect(error).toMatchObject({ status: 'UNAVAILABLE', unreachable: true })
  })

  test('an address where something else is spoken is not a refusal', async () => {
    const { running, address } = await start()
    const ask = (url: string) => createReferenceClient(url).query()
    await expect(ask(address.replace('http:', 'https:'))).rejects.toMatchObject({
      message: 'No TLS is spoken at this address.',
      unreachable: true,
    })
    await expect(ask(running.url)).rejects.toMatchObject({
      message: 'No gRPC is spoken at this address.',
      unreachable: true,
    })
  })

  test('a token that is sent must be valid, also on loopback; its subject is recorded', async () => {
    const { running, address } = await start()
    const failure = createReferenceClient(address, { token: 'nonsense' }).register(message({ k: ['aa'] }))
    await expect(failure).rejects.toMatchObject({ status: 'UNAUTHENTICATED' })
    const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), {
      now: NOW,
      subject: 'ada',
    })
    await createReferenceClient(address, { token }).register(message({ k: ['aa'] }))
    const response = await running.admin('GET', '/../../api/v1/references/default')
    expect(await response.json()).toMatchObject({ changedBy: 'ada' })
  })

  test('SERVICE_ACCESS_SCOPE, SERVICE_ACCESS_DENIED: role and scopes of a token count; everything is in the audit log', async () => {
    const { running, address } = await start()
    const admin = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), { now: NOW })
    const register = async (role: string, scopes: string[]) => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const body = { name: role, role, scopes, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) }
      const headers = { authorization: `Bearer ${admin}` }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      expect((await fetch(`${running.url}/api/v1/access/keys`, init)).status).toBe(200)
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
      return createReferenceClient(address, { token: await createAdminToken(pem, { now: NOW }) })
    }
    const reader = await register('reader', ['*'])
    await expect(reader.register(message({ k: ['aa'] }))).rejects.toThrow('SERVICE_ACCESS_DENIED')
    expect(await reader.query()).toBe('{}')
    const scoped = await register('policy-author', ['team-a'])
    for (const call of [() => scoped.register(message({ k: ['aa'] })), () => scoped.query(), () => scoped.delete('k')])
      await expect(call()).rejects.toThrow('SERVICE_ACCESS_SCOPE')
    const author = await register('policy-author', ['default'])
    await author.register(message({ k: ['aa'] }))
    await expect(author.query()).rejects.toThrow('SERVICE_ACCESS_SCOPE')
    const response = await running.admin('GET', '/../../api/v1/audit/export')
    const lines = (await response.text()).trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as { action: string; outcome: string; code?: string })
    const changes = entries.filter(({ action }) => action === 'references.write')
    expect(changes.map(({ outcome, code }) => code ?? outcome).toSorted()).toEqual([
      'SERVICE_ACCESS_DENIED',
      'SERVICE_ACCESS_SCOPE',
      'SERVICE_ACCESS_SCOPE',
      'done',
    ])
    expect(changes.find(({ outcome }) => outcome === 'done')).toMatchObject({
      actor: { kind: 'administrator', name: 'policy-author', role: 'policy-author' },
      object: 'default',
      detail: { version: 1 },
    })
  })

  test('beyond loopback, clear text is refused until it is allowed, and then needs a token', async () => {
    const site = createSite()
    const grpc = { references: '0.0.0.0:0' }
    await expect(startService(site, { grpc })).rejects.toMatchObject({
      code: 'SERVICE_LISTEN_PLAIN',
      details: { path: 'grpc.references' },
    })
    const running = await startService(site, { grpc: { ...grpc, allowPlain: true } })
    const port = running.service.grpcAddresses['references']?.split(':').at(-1)
    const client = createReferenceClient(`http://127.0.0.1:${port}`)
    await expect(client.register(message({ k: ['aa'] }))).rejects.toMatchObject({ status: 'UNAUTHENTICATED' })
    await expect(client.query()).rejects.toMatchObject({ status: 'UNAUTHENTICATED' })
    const { items } = (await (await running.admin('GET', '/../../api/v1/audit')).json()) as { items: object[] }
    expect(items).toMatchObject(
      ['references.read', 'references.write'].map((action) => ({
        action,
        actor: { kind: 'client', id: '127.0.0.1' },
        outcome: 'refused',
        code: 'SERVICE_ADMIN_TOKEN_MISSING',
      })),
    )
  })

  test('beyond loopback, the listener speaks TLS where the service does', async () => {
    const site = createSite()
    const [cert, key] = [site.write('cert.pem', ''), site.write('key.pem', '')]
    issueSelfSigned({ cert, key })
    const running = await startService(site, { tls: { cert, key }, grpc: { references: '0.0.0.0:0' } })
    const address = `127.0.0.1:${running.service.grpcAddresses['references']?.split(':').at(-1)}`
    const ca = readFileSync(cert, 'utf8')
    const token = await createAdminToken(readFileSync(running.service.adminKey.path, 'utf8'), { now: NOW })
    const client = createReferenceClient(`https://${address}`, { ca, token })
    await client.register(message({ k: ['aa'] }))
    expect(await client.query('k')).toBe('["aa"]')
    await expect(createReferenceClient(`https://${address}`, { token }).query()).rejects.toBeInstanceOf(GrpcCallError)
    await expect(createReferenceClient(`http://${address}`, { token }).query()).rejects.toBeInstanceOf(GrpcCallError)
  })

  test('SERVICE_RATE_LIMITED: a client that calls too often', async () => {
    const { client } = await start({ limits: { perClient: { perSecond: 0.1, burst: 2, loopback: true } } })
    for (let index = 0; index < 2; index++) await client.queryReferenceValue({})
    expect((await failureOf(client.queryReferenceValue({}))).rawMessage).toContain('[SERVICE_RATE_LIMITED')
  })

  test('a stop does not wait for a connection that asked nothing, before or after its TLS handshake', async () => {
    const site = createSite()
    const tls = issueSelfSigned({ cert: site.write('cert.pem', ''), key: site.write('key.pem', '') })
    const limits = { stopSeconds: 600 }
    const { service } = await startService(site, { tls, limits, grpc: { references: '0.0.0.0:0' } })
    const port = Number(service.grpcAddresses['references']?.split(':').at(-1))
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] }
    const closed = [connect(port, '127.0.0.1'), connectTls(options)].map(
      (socket) =>
        new Promise<void>((resolve) =>
          socket
            .on('error', () => undefined)
            .on('close', resolve)
            .resume(),
        ),
    )
    await setTimeout(200)
    await service.stop()
    await Promise.all(closed)
  })

  test('a notice says who may write through a listener on loopback', async () => {
    const { running } = await start()
    expect(running.service.notices.join()).toContain('Everybody on this machine')
  })
})

describe('health and reflection', () => {
  test('health of the server and of its services', async () => {
    const { transport } = await start()
    const health = createClient(Health, transport)
    for (const service of ['', 'reference.ReferenceValueProviderService'])
      expect((await health.check({ service })).status).toBe(HealthCheckResponse_ServingStatus.SERVING)
    expect((await failureOf(health.check({ service: 'absent' }))).code).toBe(Code.NotFound)
    for await (const { status } of health.watch({ service: 'absent' })) {
      expect(status).toBe(HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN)
      break
    }
  })

  test.each([
    ['v1', ServerReflection],
    ['v1alpha', ReflectionAlpha as unknown as typeof ServerReflection],
  ])('reflection %s lists services and describes them', async (_, service) => {
    const { transport } = await start()
    const client = createClient(service, transport)
    const ask = [
      { case: 'listServices', value: '' },
      { case: 'fileContainingSymbol', value: 'reference.ReferenceValueProviderService' },
      { case: 'fileByFilename', value: 'reference.proto' },
      { case: 'fileContainingSymbol', value: 'absent.Service' },
    ] as const
    async function* requests() {
      for (const messageRequest of ask) yield create(ServerReflectionRequestSchema, { host: 'h', messageRequest })
    }
    const answers: unknown[] = []
    for await (const { messageResponse } of client.serverReflectionInfo(requests())) {
      if (messageResponse.case === 'fileDescriptorResponse') {
        const [bytes] = messageResponse.value.fileDescriptorProto
        const file = fromBinary(FileDescriptorProtoSchema, bytes as Uint8Array)
        answers.push(file.service[0]?.method.map(({ name }) => name))
      } else if (messageResponse.case === 'listServicesResponse')
        answers.push(messageResponse.value.service.map(({ name }) => name))
      else if (messageResponse.case === 'errorResponse') answers.push(messageResponse.value.errorCode)
    }
    const methods = ['QueryReferenceValue', 'RegisterReferenceValue', 'DeleteReferenceValue', 'SetReferenceValueList']
    expect(answers).toEqual([
      ['grpc.health.v1.Health', 'reference.ReferenceValueProviderService'],
      methods,
      methods,
      Code.NotFound,
    ])
  })

  test('a stop ends open streams and closes the listener', async () => {
    const { running, transport, address } = await start()
    const seen: number[] = []
    const watching = (async () => {
      for await (const { status } of createClient(Health, transport).watch({})) seen.push(status)
    })()
    await vi.waitFor(() => expect(seen).toEqual([HealthCheckResponse_ServingStatus.SERVING]))
    await running.service.stop()
    await Promise.allSettled([watching])
    await expect(createReferenceClient(address).query()).rejects.toMatchObject({ unreachable: true })
  })
})
