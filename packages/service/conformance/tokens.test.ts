/** Simple and OIDC tokens, and certificates of EAR tokens: read by other programs than ours. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createGuest, createSite, NOW, startService, world } from './fixture.ts'
import { ALLOW, DENY, type PolicyHouse, readPayload, startPolicyHouse } from './policy-fixture.ts'

const currentDate = new Date(NOW * 1000)

async function issueToken(house: PolicyHouse): Promise<string> {
  const { body } = await house.attest()
  return String(body['token'])
}

const readFlatKey = (house: PolicyHouse) => readFileSync(join(house.site.dir, 'keys', 'flat.pem'), 'utf8')

describe('Simple tokens', () => {
  test('OpenSSL verifies one, and it says what it should', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' } })
    await house.put('default', ALLOW)
    const token = await issueToken(house)
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const publicKey = house.site.write('flat.pub', '')
    execFileSync('openssl', ['pkey', '-in', join(house.site.dir, 'keys', 'flat.pem'), '-pubout', '-out', publicKey])
    const file = house.site.write('signature', '')
    writeFileSync(file, Buffer.from(signature, 'base64url'))
    const verify = (text: string) =>
      execFileSync('openssl', ['dgst', '-sha384', '-verify', publicKey, '-signature', file], { input: text }).toString()
    expect(verify(`${header}.${payload}`)).toContain('Verified OK')
    expect(() => verify(`${header}.${payload}x`)).toThrow()
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS384', typ: 'JWT', jwk: { kty: 'RSA', alg: 'RS384' } })
    const claims = readPayload(token)
    expect(claims).toMatchObject({
      iss: 'veritee',
      iat: NOW,
      nbf: NOW,
      exp: NOW + 300,
      jti: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
      tee: 'tdx',
      'evaluation-reports': [{ 'policy-id': 'default', 'policy-hash': expect.stringMatching(/^[0-9a-f]{96}$/) }],
      'veritee.simulated': true,
      customized_claims: { runtime_data: { 'tee-pubkey': { kty: 'EC' } } },
    })
    const flat = JSON.parse(String(claims['tcb-status'])) as Record<string, unknown>
    expect(flat['tdx.quote.body.mr_td']).toMatch(/^[0-9a-f]{96}$/)
    expect(flat['tdx.td_attributes.debug']).toBe(false)
  })

  test('a secret is released on one, as bearer and by session; a changed one is refused', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' } })
    await house.putSecret('default/key/disk', 'secret')
    const { client, body } = await house.attest()
    expect(await client.open(await client.resource('default/key/disk'))).toBe('secret')
    const token = String(body['token'])
    const bearer = (text: string) => client.resource('default/key/disk', { authorization: `Bearer ${text}` })
    expect(await client.open(await bearer(token))).toBe('secret')
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ ...readPayload(token), jti: 'x' })).toString('base64url')
    expect((await bearer(`${header}.${forged}.${signature}`)).status).toBe(401)
    expect((await bearer(`${header}.${payload}.`)).status).toBe(401)
    house.clock.now += 400
    expect((await bearer(token)).status).toBe(401)
  })

  test('the machine of a policy that refuses gets none, and the resource policy reads the flat claims', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' } })
    await house.putSecret('default/key/disk', 'secret')
    await house.put(
      'resource-policy',
      'package policy\nimport rego.v1\ndefault allow := false\nallow if input.tee == "tdx"\n',
      { kind: 'resource' },
    )
    const { client } = await house.attest()
    expect((await client.resource('default/key/disk')).status).toBe(200)
    await house.put('default', DENY)
    const { status, body } = await house.attest()
    expect([status, body['token']]).toEqual([401, undefined])
  })

  test('APPRAISAL_TOKEN_NOT_AFFIRMED: a token without grades is not for machines that are graded down', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' }, expect: undefined })
    expect((await house.attest()).body['code']).toBe('APPRAISAL_TOKEN_NOT_AFFIRMED')
    await house.put('default', 'package policy\ntrust_claims := {"hardware": 33}\n')
    expect((await house.attest()).body['code']).toBe('APPRAISAL_TOKEN_NOT_AFFIRMED')
    await house.put('default', 'package policy\ntrust_claims := {"hardware": 2}\n')
    expect((await house.attest()).status).toBe(200)
  })

  test('the key is made once, private, and the same after a restart', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' } })
    const path = join(house.site.dir, 'keys', 'flat.pem')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const before = readFlatKey(house)
    await house.service.stop()
    const again = await startPolicyHouse({ token: { kind: 'simple' } }, house.site)
    expect(readFlatKey(again)).toBe(before)
  })

  test('the key rotates: the new one signs after its start, the old one stays published until its tokens end', async () => {
    const house = await startPolicyHouse({ token: { kind: 'simple' } })
    await house.putSecret('default/key/disk', 'secret')
    const listKids = async () => {
      const { keys } = (await (await fetch(`${house.url}/api/as/jwks`)).json()) as { keys: JWK[] }
      return keys.filter(({ kty }) => kty === 'RSA').map(({ kid }) => kid)
    }
    const kidOf = (token: string) => decodeProtectedHeader(token).kid
    const { client, body } = await house.attest()
    const old = String(body['token'])
    expect(await listKids()).toEqual([kidOf(old)])
    const rotated = await house.admin('POST', '/../../api/v1/keys/flat/rotate')
    const { key } = (await rotated.json()) as { key: { id: string; state: string } }
    expect(key.state).toBe('next')
    expect(await listKids()).toEqual([kidOf(old), key.id])
    expect(kidOf(await issueToken(house))).toBe(kidOf(old))
    house.clock.now += 11
    const young = await issueToken(house)
    expect(kidOf(young)).toBe(key.id)
    expect(await listKids()).toEqual([key.id, kidOf(old)])
    for (const token of [old, young])
      expect((await client.resource('default/key/disk', { authorization: `Bearer ${token}` })).status).toBe(200)
    house.clock.now += 300 + 121
    expect(await listKids()).toEqual([key.id])
  })

  test.each([
    ['SERVICE_KEY_INVALID', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 0o600],
    ['SERVICE_KEY_PERMISSIONS', '', 0o644],
  ])('%s: a key that is none, or that others may read', async (code, content, mode) => {
    const site = createSite()
    mkdirSync(join(site.dir, 'keys'), { recursive: true, mode: 0o700 })
    chmodSync(site.dir, 0o700)
    writeFileSync(join(site.dir, 'keys', 'flat.pem'), content, { mode })
    await expect(startService(site, { token: { kind: 'simple' } })).rejects.toMatchObject({ code })
  })

  test('SERVICE_KEY_INVALID: a key of another kind, and one that is too short', async () => {
    for (const options of [
      ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ['RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
    ]) {
      const site = createSite()
      mkdirSync(join(site.dir, 'keys'), { recursive: true, mode: 0o700 })
      const path = join(site.dir, 'keys', 'flat.pem')
      execFileSync('openssl', ['genpkey', '-algorithm', ...options, '-out', path], { stdio: 'ignore' })
      chmodSync(path, 0o600)
      await expect(startService(site, { token: { kind: 'simple' } })).rejects.toMatchObject({
        code: 'SERVICE_KEY_INVALID',
      })
    }
  })
})

describe('OIDC tokens', () => {
  test('jose verifies one with the audience and the subject that are configured', async () => {
    const house = await startPolicyHouse({
      token: {
        kind: 'oidc',
        audience: 'sigstore',
        issuer: 'https://as.example.org',
        subjectClaims: ['tdx.tcb_status', 'tdx.quote.header.version'],
      },
    })
    const token = await issueToken(house)
    const { jwk, kid, alg } = decodeProtectedHeader(token)
    expect([alg, typeof kid]).toEqual(['RS256', 'string'])
    const { payload } = await jwtVerify(token, await importJWK(jwk as JWK, 'RS256'), {
      audience: 'sigstore',
      issuer: 'https://as.example.org',
      currentDate,
    })
    expect(payload).toMatchObject({ sub: 'UpToDate.0400', tee: 'tdx' })
    expect(payload).not.toHaveProperty('tcb-status')
  })

  test('a subject claim that the evidence does not have makes the subject `none`, not a shorter one', async () => {
    const house = await startPolicyHouse({
      token: { kind: 'oidc', subjectClaims: ['tdx.tcb_status', 'snp.measurement'] },
    })
    expect(readPayload(await issueToken(house))['sub']).toBe('none')
  })
})

describe('certificates of EAR tokens', () => {
  /** A certificate of a key, signed by itself. */
  function certify(house: { site: ReturnType<typeof createSite> }, keyPath: string): string {
    const path = house.site.write('token.crt', '')
    execFileSync('openssl', [
      'req',
      '-new',
      '-x509',
      '-key',
      keyPath,
      '-subj',
      '/CN=attestation service',
      '-days',
      '30',
      '-out',
      path,
    ])
    return path
  }

  test('stand in the header as x5c, and the leaf is of the key that signed', async () => {
    const first = await startPolicyHouse()
    await first.service.stop()
    const certificates = certify(first, join(first.site.dir, 'keys', 'token.pem'))
    const house = await startPolicyHouse({ token: { certificates } }, first.site)
    const token = await issueToken(house)
    const { jwk } = decodeProtectedHeader(token)
    const { x5c = [] } = jwk as JWK
    expect(x5c).toHaveLength(1)
    const pem = `-----BEGIN CERTIFICATE-----\n${x5c[0]}\n-----END CERTIFICATE-----\n`
    const spki = execFileSync('openssl', ['x509', '-noout', '-pubkey'], { input: pem }).toString()
    await expect(
      compactVerify(
        token,
        await crypto.subtle.importKey(
          'spki',
          Buffer.from(spki.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
          { name: 'ECDSA', namedCurve: 'P-256' },
          true,
          ['verify'],
        ),
      ),
    ).resolves.toBeDefined()
    const served = await fetch(`${house.url}/api/as/certificate`)
    expect([served.headers.get('content-type'), await served.text()]).toEqual([
      'application/x-pem-file',
      readFileSync(certificates, 'utf8'),
    ])
    // A key that is rotated signs without them.
    expect((await house.call('POST', '/api/v1/keys/token/rotate', { reason: 'r' })).status).toBeLessThan(300)
    house.clock.now += 300
    const later = decodeProtectedHeader(await issueToken(house))
    if (later.kid !== decodeProtectedHeader(token).kid) expect(later.jwk).not.toHaveProperty('x5c')
  })

  test('SERVICE_FILE_INVALID: certificates of another key, or none', async () => {
    const site = createSite()
    const other = site.write('other.pem', '')
    execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', other], {
      stdio: 'ignore',
    })
    const start = (certificates: string) => startService(site, { token: { certificates } })
    await expect(start(certify({ site }, other))).rejects.toMatchObject({ code: 'SERVICE_FILE_INVALID' })
    await expect(start(site.write('none.crt', 'nothing'))).rejects.toMatchObject({ code: 'SERVICE_FILE_INVALID' })
  })
})

test('a token of another service is not accepted, whatever key stands in its header', async () => {
  const house = await startPolicyHouse({ token: { kind: 'simple' } })
  const other = await startPolicyHouse({ token: { kind: 'simple' } }, createSite(world))
  await house.putSecret('default/key/disk', 'secret')
  const { client, body } = await other.attest(createGuest())
  const answer = await fetch(`${house.url}/kbs/v0/resource/default/key/disk`, {
    headers: { authorization: `Bearer ${body['token']}` },
  })
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
    401,
    'APPRAISAL_TOKEN_KEY_UNTRUSTED',
  ])
  expect(client.cookie).not.toBe('')
})
