/** Policies, keys and the state of the attestation service. */
import { describe, expect, test } from 'vitest'
import { startAttestationHouse } from './attestation-fixture.ts'
import { ALLOW, BROKEN, DENY } from './policy-fixture.ts'

describe('policies and keys', () => {
  const base64url = (text: string) => Buffer.from(text).toString('base64url')

  test('set, list, read and delete, for administrators', async () => {
    const { call } = await startAttestationHouse()
    const at = '/api/as'
    expect((await call('POST', `${at}/policy`, { policy: base64url(ALLOW) })).body).toMatchObject({
      code: 'AS.REQUEST.INVALID_ARGUMENT',
      field: 'policy_id',
    })
    expect(await call('POST', `${at}/policy`, { policy_id: 'mine', policy: base64url(ALLOW), note: 1 })).toMatchObject({
      status: 200,
      text: '',
    })
    const listed = await call('GET', `${at}/policy`)
    expect(listed.body).toEqual([{ 'policy-id': 'mine', 'policy-hash': expect.stringMatching(/^[A-Za-z0-9_-]{64}$/) }])
    expect((await call('GET', `${at}/policies`)).body).toEqual(listed.body)
    expect((await call('GET', `${at}/policy/mine`)).text).toBe(base64url(ALLOW))
    expect((await call('DELETE', `${at}/policy/mine`)).status).toBe(200)
    expect((await call('GET', `${at}/policy/mine`)).body['code']).toBe('AS.POLICY.NOT_FOUND')
    await call('POST', `${at}/policy`, { policy_id: 'default', policy: base64url(ALLOW) })
    expect((await call('DELETE', `${at}/policy/default`)).body).toMatchObject({
      code: 'AS.POLICY.CONFLICT',
      cause: 'SERVICE_POLICY_KEPT',
    })
    expect((await call('POST', `${at}/policy`, { policy_id: 'x', policy: base64url(BROKEN) })).body['code']).toBe(
      'AS.POLICY.INVALID',
    )
  })

  test.each([
    ['POST', '/policy'],
    ['GET', '/policy'],
    ['GET', '/policies'],
    ['GET', '/policy/default'],
    ['DELETE', '/policy/default'],
  ])('AS.ACCESS.UNAUTHENTICATED: %s %s', async (method, path) => {
    const house = await startAttestationHouse()
    for (const root of [`${house.url}/api/as`, house.service.listenerUrls['attestation']]) {
      const answer = await fetch(root + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      expect([answer.status, await answer.json()]).toMatchObject([
        401,
        { code: 'AS.ACCESS.UNAUTHENTICATED', cause: 'SERVICE_ADMIN_TOKEN_MISSING' },
      ])
    }
  })

  test('AS.ACCESS.DENIED: a role that may not', async () => {
    const house = await startAttestationHouse()
    const reader = await house.register('reader')
    expect((await reader('POST', '/api/as/policy', { policy_id: 'x', policy: base64url(ALLOW) })).body['code']).toBe(
      'AS.ACCESS.DENIED',
    )
  })

  test('openOnLoopback opens these routes too, and no way through them to resource policies', async () => {
    const house = await startAttestationHouse({ policies: { openOnLoopback: true } })
    await house.put('resource-policy', DENY, { kind: 'resource' })
    expect((await house.post('/policy', { policy_id: 'x', policy: base64url(ALLOW) })).status).toBe(200)
    expect((await house.get('/policy/x')).text).toBe(base64url(ALLOW))
    expect((await house.get('/policy/resource-policy')).body['code']).toBe('AS.POLICY.NOT_FOUND')
    const code = async (method: string, path: string, body?: object) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(house.url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return ((await answer.json()) as { cause?: string; code: string }).cause
    }
    expect(await code('DELETE', '/api/as/policy/resource-policy')).toBe('SERVICE_POLICY_CONFLICT')
    expect(await code('POST', '/api/as/policy', { policy_id: 'resource-policy', policy: base64url(ALLOW) })).toBe(
      'SERVICE_POLICY_CONFLICT',
    )
    expect((await fetch(`${house.url}/kbs/v0/attestation-policy/resource-policy`, { method: 'DELETE' })).status).toBe(
      409,
    )
    expect((await house.call('GET', '/api/v1/policies/resource-policy')).body['text']).toBe(DENY)
  })

  test('keys, certificate and discovery', async () => {
    const house = await startAttestationHouse()
    const { keys } = (await house.get('/.well-known/jwks.json')).body as unknown as { keys: Record<string, string>[] }
    expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', kid: expect.any(String) }])
    expect(keys[0]).not.toHaveProperty('d')
    expect((await house.get('/jwks')).body['keys']).toEqual(keys)
    expect(await house.get('/certificate')).toMatchObject({ status: 404, body: { error: 'No certificate configured' } })
    expect((await house.get('/.well-known/openid-configuration')).status).toBe(404)
    const open = await startAttestationHouse({
      token: { kind: 'oidc', issuer: 'https://as.example.org', publicUrl: 'https://as.example.org/' },
    })
    expect((await open.get('/.well-known/openid-configuration')).body).toMatchObject({
      issuer: 'https://as.example.org',
      jwks_uri: 'https://as.example.org/.well-known/jwks.json',
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    })
    expect((await open.get('/status')).body).toMatchObject({ status: 'ok' })
    expect((await open.get('/healthz')).body).toEqual({ status: 'ok' })
  })
})
