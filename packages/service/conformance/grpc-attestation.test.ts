/** The attestation service over gRPC: a client of its own transport, evidence that is judged. */
import { readFileSync } from 'node:fs'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { expect, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { AttestationService } from '../src/grpc/gen/attestation_pb.ts'
import { Health, HealthCheckResponse_ServingStatus } from '../src/grpc/gen/grpc/health/v1/health_pb.ts'
import { ServerReflection } from '../src/grpc/gen/grpc/reflection/v1/reflection_pb.ts'
import { ReferenceValueProviderService } from '../src/grpc/gen/reference_pb.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { encode, hash, KEY, RUNTIME } from './attestation-fixture.ts'
import { createGuest } from './fixture.ts'
import { ALLOW, BROKEN, DENY, readPayload, startPolicyHouse } from './policy-fixture.ts'

const base64url = (text: string) => Buffer.from(text).toString('base64url')

async function start(over: Partial<ServiceConfigInput> = {}) {
  const house = await startPolicyHouse({ grpc: { attestation: '127.0.0.1:0' }, ...over })
  const transport = createGrpcTransport({ baseUrl: `http://${house.service.grpcAddresses['attestation']}` })
  const token = await createAdminToken(readFileSync(house.service.adminKey.path, 'utf8'), { now: house.clock.now })
  const admin = { headers: { authorization: `Bearer ${token}` } }
  return { ...house, transport, admin, client: createClient(AttestationService, transport) }
}

const pieceOf = async (data: object, guest = createGuest()) => ({
  tee: 'tdx',
  evidence: encode(await guest.collect(hash('sha384', data))),
  runtimeData: { case: 'structuredRuntimeData' as const, value: JSON.stringify(data) },
})

async function failureOf(work: Promise<unknown>): Promise<ConnectError> {
  try {
    await work
  } catch (error) {
    return ConnectError.from(error)
  }
  throw new Error('the call was answered')
}

test('evidence is judged under the policies that are named, and the token is that of the HTTP face', async () => {
  const { client, put, call } = await start()
  await put('mine', ALLOW)
  const request = { verificationRequests: [await pieceOf(RUNTIME)], policyIds: ['mine'] }
  const { attestationToken } = await client.attestationEvaluate(request)
  expect(readPayload(attestationToken)).toMatchObject({
    eat_nonce: RUNTIME.nonce,
    submods: {
      cpu0: { 'ear.status': 'affirming', 'ear.veraison.annotated-evidence': { runtime_data_claims: RUNTIME } },
    },
  })
  const raw = Buffer.alloc(48, 7)
  const piece = {
    tee: 'tdx',
    evidence: encode(await createGuest().collect(raw)),
    runtimeData: { case: 'rawRuntimeData' as const, value: raw.toString('base64url') },
  }
  expect((await client.attestationEvaluate({ verificationRequests: [piece] })).attestationToken).not.toBe('')
  const { body } = await call('GET', '/api/v1/attestations')
  expect(body['items']).toMatchObject([
    { source: 'attestation-api', outcome: 'accepted', client: '127.0.0.1' },
    { source: 'attestation-api', policies: ['mine@1'] },
  ])
})

test('a refusal is ABORTED with its code and the next step, and stands in the audit log', async () => {
  const { client, put, auditEntries, writeFile } = await start()
  await put('never', DENY)
  const piece = await pieceOf(RUNTIME)
  const ask = (change: object, policyIds: string[] = []) =>
    failureOf(client.attestationEvaluate({ verificationRequests: [{ ...piece, ...change }], policyIds }))
  const other = { case: 'structuredRuntimeData', value: '{"nonce":"eA=="}' }
  for (const [failure, code] of [
    [await ask({}, ['never']), 'BROKER_EVIDENCE_REFUSED'],
    [await ask({}, ['absent']), 'SERVICE_POLICY_UNKNOWN'],
    [await ask({ runtimeData: other }), 'BROKER_EVIDENCE_REFUSED'],
    [await ask({ runtimeData: { ...other, value: '{' } }), 'SERVICE_REQUEST_INVALID'],
    [await ask({ evidence: '*' }), 'SERVICE_EVIDENCE_ENCODING'],
    [await ask({ tee: 'toaster' }), 'BROKER_TEE_UNKNOWN'],
    [await ask({ initData: { case: 'initDataDigest', value: 'AAAA' } }), 'SERVICE_REQUEST_INVALID'],
    [await failureOf(client.attestationEvaluate({})), 'SERVICE_REQUEST_INVALID'],
  ] as const) {
    expect([failure.code, failure.rawMessage]).toEqual([Code.Aborted, expect.stringContaining(`[${code}`)])
    expect(failure.rawMessage).toMatch(/^Attestation: /)
  }
  writeFile('default', BROKEN)
  expect((await ask({})).code).toBe(Code.Unavailable)
  const entries = (await auditEntries()).filter(({ action }) => action === 'attestation')
  expect(entries).toHaveLength(9)
  expect(entries[0]).toMatchObject({
    outcome: 'refused',
    code: 'BROKER_EVIDENCE_REFUSED',
    detail: { client: '127.0.0.1', service: 'attestation-service', tee: 'tdx' },
  })
})

test('policies need an administrator, also on this machine, unless the configuration opens them there', async () => {
  const { client, admin, auditEntries, put, call } = await start()
  const policy = { policyId: 'mine', policy: base64url(ALLOW) }
  const id = { policyId: 'mine' }
  for (const refused of [
    () => client.setAttestationPolicy(policy),
    () => client.getAttestationPolicy(id),
    () => client.listAttestationPolicies({}),
    () => client.deleteAttestationPolicy(id),
  ])
    expect((await failureOf(refused())).code).toBe(Code.Unauthenticated)
  await client.setAttestationPolicy(policy, admin)
  expect((await client.getAttestationPolicy(id, admin)).policy).toBe(policy.policy)
  expect((await client.listAttestationPolicies({}, admin)).policies).toMatchObject([
    { policyId: 'mine', policyHash: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/) },
  ])
  await client.deleteAttestationPolicy(id, admin)
  expect((await failureOf(client.getAttestationPolicy(id, admin))).rawMessage).toContain('[SERVICE_POLICY_UNKNOWN')
  await put('resource-policy', DENY, { kind: 'resource' })
  const conflict = await failureOf(client.deleteAttestationPolicy({ policyId: 'resource-policy' }, admin))
  expect(conflict.rawMessage).toContain('[SERVICE_POLICY_CONFLICT')
  expect((await call('GET', '/api/v1/policies/resource-policy')).body['text']).toBe(DENY)
  const changes = (await auditEntries()).filter(({ action }) => action === 'policies.write')
  expect(changes.map(({ outcome, object }) => `${object} ${outcome}`)).toEqual([
    'mine refused',
    'mine refused',
    'mine done',
    'mine done',
    'resource-policy done',
    'resource-policy refused',
  ])

  const open = await start({ policies: { openOnLoopback: true } })
  await open.client.setAttestationPolicy(policy)
  expect((await open.client.getAttestationPolicy(id)).policy).toBe(policy.policy)
  const bad = { headers: { authorization: 'Bearer x.y.z' } }
  expect((await failureOf(open.client.getAttestationPolicy(id, bad))).code).toBe(Code.Unauthenticated)
})

test('a key with scopes that are spelled like a policy has no rights on it', async () => {
  const house = await start()
  const { generateKeyPairSync } = await import('node:crypto')
  const pair = generateKeyPairSync('ed25519')
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
  const key = { name: 'author', role: 'policy-author', publicKey, scopes: ['mine'] }
  expect((await house.call('POST', '/api/v1/access/keys', key)).status).toBe(200)
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const headers = { authorization: `Bearer ${await createAdminToken(pem, { now: house.clock.now })}` }
  const refused = await failureOf(
    house.client.setAttestationPolicy({ policyId: 'mine', policy: base64url(ALLOW) }, { headers }),
  )
  expect([refused.code, refused.rawMessage]).toEqual([Code.Aborted, expect.stringContaining('[SERVICE_ACCESS_SCOPE')])
})

test('challenges, and evidence that answers one', async () => {
  const { client } = await start({ attestation: { requireChallenge: true } })
  const { attestationChallenge } = await client.getAttestationChallenge({})
  const { nonce, 'extra-params': extra } = JSON.parse(attestationChallenge) as {
    nonce: string
    'extra-params': { jwt: string }
  }
  const data = { nonce, challenge_token: extra.jwt, 'tee-pubkey': KEY }
  const { attestationToken } = await client.attestationEvaluate({ verificationRequests: [await pieceOf(data)] })
  expect(readPayload(attestationToken)['eat_nonce']).toBe(nonce)
  const without = await failureOf(client.attestationEvaluate({ verificationRequests: [await pieceOf(RUNTIME)] }))
  expect([without.code, without.rawMessage]).toEqual([
    Code.Aborted,
    expect.stringContaining('[SERVICE_CHALLENGE_REQUIRED'),
  ])
  expect((await client.getAttestationChallenge({ inner: { tee: 'tdx', tee_params: '' } })).attestationChallenge).toBe(
    '',
  )
  expect((await failureOf(client.getAttestationChallenge({ inner: { tee: 'toaster' } }))).code).toBe(Code.Aborted)
  expect((await failureOf(client.getAttestationChallenge({ inner: { nonce: 'x' } }))).code).toBe(Code.Aborted)
})

test('status, health, reflection, and reference values on the same port', async () => {
  const { client, transport, writeFile } = await start()
  expect(await client.getAttestationServiceStatus({})).toMatchObject({
    service: 'attestation-service',
    status: 'ok',
    dependencies: [
      { kind: 'store', status: 'ok' },
      { kind: 'policy', name: 'default' },
    ],
  })
  writeFile('default', BROKEN)
  expect((await client.getAttestationServiceStatus({})).status).toBe('unhealthy')
  const health = createClient(Health, transport)
  expect((await health.check({ service: 'attestation.AttestationService' })).status).toBe(
    HealthCheckResponse_ServingStatus.SERVING,
  )
  async function* ask() {
    yield { host: '', messageRequest: { case: 'listServices' as const, value: '' } }
  }
  for await (const { messageResponse } of createClient(ServerReflection, transport).serverReflectionInfo(ask()))
    expect(JSON.stringify(messageResponse.value)).toContain('attestation.AttestationService')
  const references = createClient(ReferenceValueProviderService, transport)
  expect((await references.queryReferenceValue({})).referenceValueResults).toBe('{}')
})

test('SERVICE_RATE_LIMITED: a client that calls too often is refused before anything is judged', async () => {
  const { client } = await start({ limits: { perClient: { perSecond: 0.1, burst: 2, loopback: true } } })
  await client.getAttestationServiceStatus({})
  await client.getAttestationServiceStatus({})
  const failure = await failureOf(client.getAttestationServiceStatus({}))
  expect(failure.rawMessage).toContain('[SERVICE_RATE_LIMITED')
})
