/** Tokens that are almost right, as bearer of a request for a secret: what a service takes for its own, and what it never may. */
import { execFileSync } from 'node:child_process'
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import { NOW } from './fixture.ts'
import { ALLOW, startPolicyHouse } from './policy-fixture.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>

type Signer = (text: string) => Buffer
const token = (header: object, claims: object, signer: Signer): string => {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${signer(text).toString('base64url')}`
}
const byEc =
  (key: KeyObject): Signer =>
  (text) =>
    sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
const jwkOf = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' })

async function start(kind: 'ear' | 'simple') {
  const house = await startPolicyHouse({ token: { kind } })
  await house.put('default', ALLOW)
  await house.putSecret('default/key/disk', 'secret')
  const { body } = await house.attest()
  const genuine = String(body['token'])
  const [header, claims] = genuine.split('.').map((part, index) => (index < 2 ? decode(part) : {})) as [object, object]
  const { jwk, ...bare } = header as { jwk: object; kid: string; alg: string }
  const key = createPrivateKey(readFileSync(join(house.site.dir, 'keys', kind === 'ear' ? 'token.pem' : 'flat.pem')))
  const ask = async (text: string, name = 'authorization') => {
    const value = name === 'authorization' ? `Bearer ${text}` : text
    const answer = await fetch(`${house.url}/kbs/v0/resource/default/key/disk`, { headers: { [name]: value } })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }
  return {
    house,
    genuine,
    header: header as Record<string, unknown>,
    bare,
    jwk,
    claims: claims as Record<string, unknown>,
    key,
    ask,
  }
}

const refusedAs = (code: string) => [401, `APPRAISAL_TOKEN_${code}`]
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

describe('EAR tokens', () => {
  test('the genuine one is taken in both headers, and the key that signed it may make another', async () => {
    const { genuine, header, claims, key, ask } = await start('ear')
    for (const name of ['authorization', 'attestation']) expect(await ask(genuine, name)).toEqual([200, undefined])
    expect(await ask(token(header, claims, byEc(key)))).toEqual([200, undefined])
  })

  test('no algorithm, in every spelling', async () => {
    const { header, claims, ask } = await start('ear')
    const none: Signer = () => Buffer.alloc(0)
    for (const alg of ['none', 'None', 'NONE', '', undefined])
      expect(await ask(token({ ...header, alg }, claims, none))).toEqual(refusedAs('ALGORITHM_REFUSED'))
  })

  test('the public key as a shared secret', async () => {
    const { header, bare, jwk, claims, key, ask } = await start('ear')
    const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string
    const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
    for (const secret of [pem, pem.trim(), der, JSON.stringify(jwk)])
      for (const form of [header, bare])
        for (const [alg, digest] of [
          ['HS256', 'sha256'],
          ['HS384', 'sha384'],
          ['HS512', 'sha512'],
        ] as const) {
          const signer: Signer = (text) => createHmac(digest, secret).update(text).digest()
          expect(await ask(token({ ...form, alg }, claims, signer))).toEqual(refusedAs('ALGORITHM_REFUSED'))
        }
  })

  test('a key that comes with the token', async () => {
    const { header, bare, claims, ask } = await start('ear')
    const { kid: _, ...without } = bare
    const jwk = { ...jwkOf(stranger), alg: 'ES256' }
    for (const form of [
      { ...without, jwk },
      { ...bare, jwk },
      { ...without, jwk: { ...jwk, kid: bare.kid } },
    ])
      expect(await ask(token(form, claims, byEc(stranger)))).toEqual(refusedAs('KEY_UNTRUSTED'))
    expect(await ask(token(header, claims, byEc(stranger)))).toEqual(refusedAs('SIGNATURE_INVALID'))
    const links = { jku: 'http://127.0.0.1:9/jwks', x5u: 'http://127.0.0.1:9/chain' }
    expect(await ask(token({ ...without, ...links }, claims, byEc(stranger)))).toEqual(refusedAs('SIGNATURE_INVALID'))
  })

  test('another kid, none, or one that means something elsewhere', async () => {
    const { bare, claims, key, ask } = await start('ear')
    for (const kid of ['another', '', '../../../../dev/null', "' OR 1=1 --"])
      expect(await ask(token({ ...bare, kid }, claims, byEc(key)))).toEqual(refusedAs('KEY_UNKNOWN'))
    expect((await ask(token({ ...bare, kid: 7 }, claims, byEc(key))))[0]).toBe(401)
  })

  test('a chain of another authority, and a chain that is not of the key', async () => {
    const { house, header, bare, jwk, claims, key, ask } = await start('ear')
    const certify = (privateKey: KeyObject, name: string) => {
      const path = house.site.write(`${name}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
      const der = execFileSync('openssl', [
        'req',
        '-new',
        '-x509',
        '-key',
        path,
        '-subj',
        '/CN=attestation service',
        '-days',
        '30',
        '-outform',
        'DER',
      ])
      return der.toString('base64')
    }
    const foreign = { ...jwkOf(stranger), alg: 'ES256', x5c: [certify(stranger, 'stranger')] }
    expect(await ask(token({ ...bare, jwk: foreign }, claims, byEc(stranger)))).toEqual(refusedAs('KEY_UNTRUSTED'))
    const stolen = { ...foreign, x5c: [certify(key, 'own')] }
    expect(await ask(token({ ...bare, jwk: stolen }, claims, byEc(stranger)))).toEqual(refusedAs('KEY_UNTRUSTED'))
    // A chain beside the pinned key adds nothing and takes nothing away.
    const own = { ...header, jwk: { ...jwk, x5c: [certify(key, 'again')] } }
    expect(await ask(token(own, claims, byEc(key)))).toEqual([200, undefined])
  })

  test('signatures in another form, and texts that are no token', async () => {
    const { genuine, header, claims, key, ask } = await start('ear')
    const der: Signer = (text) => sign('sha256', Buffer.from(text), key)
    expect(await ask(token(header, claims, der))).toEqual(refusedAs('SIGNATURE_INVALID'))
    expect(await ask(token(header, claims, () => Buffer.alloc(64)))).toEqual(refusedAs('SIGNATURE_INVALID'))
    const [head, payload, signature] = genuine.split('.') as [string, string, string]
    for (const text of [
      `${head}.${payload}.`,
      `${head}.${payload}.${signature}=`,
      `${head}..${signature}`,
      `${genuine}.${signature}`,
    ])
      expect([text, (await ask(text))[0]]).toEqual([text, 401])
  })

  test('claims that are changed, out of time, for somebody else, or missing', async () => {
    const { header, claims, key, ask } = await start('ear')
    const own = (change: object) => ask(token(header, { ...claims, ...change }, byEc(key)))
    expect(await own({ exp: NOW - 61 })).toEqual(refusedAs('EXPIRED'))
    expect(await own({ exp: undefined })).toEqual(refusedAs('CLAIMS_INVALID'))
    expect(await own({ exp: '9999999999' })).toEqual(refusedAs('CLAIMS_INVALID'))
    expect(await own({ nbf: NOW + 61 })).toEqual(refusedAs('NOT_YET_VALID'))
    expect(await own({ aud: 'somebody else' })).toEqual(refusedAs('AUDIENCE_MISMATCH'))
    expect(await own({ iss: 'somebody else' })).toEqual(refusedAs('ISSUER_MISMATCH'))
    expect((await own({ submods: {} }))[0]).toBe(401)
  })

  test('what else this service signs opens no secret', async () => {
    const { house, ask } = await start('ear')
    const { body } = await house.call('GET', '/api/v1/audit/head')
    expect((await ask(String(body['signature'])))[0]).toBe(401)
    const challenge = await fetch(`${house.url}/api/as/challenge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const { 'extra-params': extra } = (await challenge.json()) as { 'extra-params': { jwt: string } }
    expect((await ask(extra.jwt))[0]).toBe(401)
    const admin = await createAdminToken(readFileSync(house.service.adminKey.path, 'utf8'), { now: NOW })
    expect((await ask(admin))[0]).toBe(401)
  })

  test('a token of a machine is no token of an administrator', async () => {
    const { house, genuine } = await start('ear')
    for (const path of ['/kbs/v0/resources', '/api/v1/policies', '/kbs/v0/attestation-policies']) {
      const answer = await fetch(house.url + path, { headers: { authorization: `Bearer ${genuine}` } })
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        401,
        'SERVICE_ADMIN_TOKEN_INVALID',
      ])
    }
  })
})

describe('Simple tokens', () => {
  test('another algorithm of the same key', async () => {
    const { header, bare, claims, key, ask } = await start('simple')
    const byRsa =
      (digest: string): Signer =>
      (text) =>
        sign(digest, Buffer.from(text), key)
    expect(await ask(token(header, claims, byRsa('sha384')))).toEqual([200, undefined])
    for (const [alg, digest] of [
      ['RS256', 'sha256'],
      ['RS512', 'sha512'],
      ['PS384', 'sha384'],
    ] as const) {
      expect(await ask(token({ ...bare, alg }, claims, byRsa(digest)))).toEqual(refusedAs('ALGORITHM_REFUSED'))
      const jwk = { ...(header['jwk'] as object), alg }
      expect((await ask(token({ ...header, alg, jwk }, claims, byRsa(digest))))[0]).toBe(401)
    }
  })

  test('a key that comes with the token, and grades that a flat token has none of', async () => {
    const { bare, claims, key, ask } = await start('simple')
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const jwk = { ...jwkOf(own), alg: 'RS384' }
    expect(await ask(token({ ...bare, jwk }, claims, (text) => sign('sha384', Buffer.from(text), own)))).toEqual(
      refusedAs('KEY_UNTRUSTED'),
    )
    expect(
      await ask(token(bare, { ...claims, exp: NOW - 61 }, (text) => sign('sha384', Buffer.from(text), key))),
    ).toEqual(refusedAs('EXPIRED'))
  })
})
