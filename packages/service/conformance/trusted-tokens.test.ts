/** Tokens of other attestation services: which open secrets, by whose keys, and which do not. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { calculateJwkThumbprint, exportJWK, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { generatePlainKey, openSecret } from '../../../testkit/plain-jose.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createSite, NOW, readProblem, type Site, startService } from './fixture.ts'
import { ALLOW, callAs } from './policy-fixture.ts'

type Claims = Record<string, unknown>

const PATH = 'default/key/disk'
const tee = generatePlainKey('P-256')
const runtimeData = { nonce: 'n', 'tee-pubkey': tee.jwk }
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** What the shipped attestation services say of a machine that they affirm. */
const ear = (submod: object = {}, name = 'cpu0'): Claims => ({
  eat_profile: 'tag:github.com,2024:confidential-containers/Trustee',
  iat: NOW,
  'ear.verifier-id': { developer: 'd', build: 'b' },
  submods: {
    [name]: {
      'ear.status': 'affirming',
      'ear.trustworthiness-vector': { configuration: 2, executables: 3, hardware: 2 },
      'ear.appraisal-policy-id': 'default',
      'ear.veraison.annotated-evidence': { runtime_data_claims: runtimeData, tdx: {} },
      ...submod,
    },
  },
})
const simple = (reports: object[] = [{ 'policy-id': 'default', 'policy-hash': '00' }]): Claims => ({
  iss: 'CoCo-Attestation-Service',
  iat: NOW,
  nbf: NOW,
  jti: 'abcdefghij',
  tee: 'tdx',
  'evaluation-reports': reports,
  'tcb-status': '{}',
  customized_claims: { init_data: null, runtime_data: runtimeData },
})

async function signToken(
  claims: Claims,
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } = other,
  header: Partial<JWTHeaderParameters> & { jwk?: JWK } = {},
): Promise<string> {
  const alg = publicKey.asymmetricKeyType === 'rsa' ? 'RS384' : 'ES256'
  const jwk = { ...(await exportJWK(publicKey)), alg }
  return new SignJWT({ exp: NOW + 300, ...claims })
    .setProtectedHeader({ typ: 'JWT', alg, jwk, ...header })
    .sign(privateKey)
}

const keySet = async (...keys: KeyObject[]) =>
  JSON.stringify({
    keys: await Promise.all(
      keys.map(async (key) => ({
        ...(await exportJWK(key)),
        alg: key.asymmetricKeyType === 'rsa' ? 'RS384' : 'ES256',
      })),
    ),
  })

async function start(token: ServiceConfigInput['token'], site: Site = createSite()) {
  const running = await startService(site, { token })
  await running.putSecret(PATH, 'secret')
  const ask = (text: string) =>
    fetch(`${running.url}/kbs/v0/resource/${PATH}`, { headers: { authorization: `Bearer ${text}` } })
  return { ...running, ask }
}

async function startTrusting(more: object = {}) {
  const site = createSite()
  const path = site.write('others.json', await keySet(other.publicKey, rsa.publicKey))
  return start({ trustedKeys: [path], ...more }, site)
}

const open = async (response: Response) => {
  expect(response.status, await response.clone().text()).toBe(200)
  return openSecret((await response.json()) as Parameters<typeof openSecret>[0], tee).toString()
}

describe('open secrets', () => {
  test.each<[string, () => Promise<string>]>([
    ['EAR, its key inside', () => signToken(ear())],
    ['EAR of the older form, `cpu`', () => signToken(ear({}, 'cpu'))],
    ['Simple', () => signToken(simple(), rsa)],
    ['for this service by name', () => signToken({ ...ear(), aud: 'veritee' })],
    [
      'named by the thumbprint of its key alone',
      async () => {
        const kid = await calculateJwkThumbprint(await exportJWK(other.publicKey))
        return new SignJWT({ ...ear(), exp: NOW + 300 })
          .setProtectedHeader({ alg: 'ES256', kid })
          .sign(other.privateKey)
      },
    ],
  ])('%s', async (_, make) => {
    const { ask } = await startTrusting()
    expect(await open(await ask(await make()))).toBe('secret')
  })

  test('by a certificate that leads to one that is trusted', async () => {
    const site = createSite()
    const [key, cert] = [site.write('leaf.key', ''), site.write('leaf.crt', '')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', '/CN=as', '-days', '3'], {
      stdio: 'pipe',
    })
    const privateKey = createPrivateKey(readFileSync(key))
    const { d: _, ...jwk } = await exportJWK(privateKey)
    const der = readFileSync(cert, 'utf8').replaceAll(/-----[A-Z ]+-----|\s/g, '')
    const token = (x5c: string[]) =>
      new SignJWT({ ...ear(), exp: clock.now + 300 })
        .setProtectedHeader({ alg: 'ES256', jwk: { ...jwk, alg: 'ES256', x5c } })
        .sign(privateKey)
    const { ask, clock } = await start({ trustedCertificates: [cert] }, site)
    // OpenSSL dates certificates by the clock of the machine.
    clock.now = Math.floor(Date.now() / 1000) + 60
    expect(await open(await ask(await token([der])))).toBe('secret')
    const refused = await ask(await token([]))
    expect([refused.status, await readProblem(refused)]).toMatchObject([401, { code: 'APPRAISAL_TOKEN_KEY_UNTRUSTED' }])
  })

  test('with the key of the machine at another place, where a resource policy says what counts', async () => {
    const house = await startTrusting({ teeKeyPaths: ['/tdx/attester_runtime_data/tee-pubkey'] })
    const token = await signToken({ iat: NOW, tdx: { attester_runtime_data: runtimeData } })
    // Nothing in it grades the machine.
    expect((await house.ask(token)).status).toBe(403)
    const call = callAs(house, readFileSync(house.service.adminKey.path, 'utf8'))
    const body = { kind: 'resource', text: ALLOW, reason: 'r', activate: true, scopes: ['default'] }
    expect((await call('POST', '/api/v1/policies/open/versions', body)).status).toBe(200)
    expect(await open(await house.ask(token))).toBe('secret')
  })
})

describe('open none', () => {
  test.each<[string, number, string, () => Promise<string>]>([
    ['of a key that is not trusted', 401, 'APPRAISAL_TOKEN_KEY_UNTRUSTED', () => signToken(ear(), stranger)],
    [
      'of such a key under the name of a trusted one',
      401,
      'APPRAISAL_TOKEN_KEY_UNTRUSTED',
      async () => signToken(ear(), stranger, { kid: await calculateJwkThumbprint(await exportJWK(other.publicKey)) }),
    ],
    [
      'with a trusted key inside, signed by another',
      401,
      'APPRAISAL_TOKEN_SIGNATURE_INVALID',
      async () => signToken(ear(), stranger, { jwk: { ...(await exportJWK(other.publicKey)), alg: 'ES256' } }),
    ],
    ['for somebody else', 401, 'APPRAISAL_TOKEN_AUDIENCE_MISMATCH', () => signToken({ ...ear(), aud: 'sigstore' })],
    ['past', 401, 'APPRAISAL_TOKEN_EXPIRED', () => signToken({ ...ear(), exp: NOW - 61 })],
    ['not yet', 401, 'APPRAISAL_TOKEN_NOT_YET_VALID', () => signToken({ ...ear(), nbf: NOW + 61 })],
    [
      'without a key to encrypt to',
      401,
      'APPRAISAL_TOKEN_CLAIMS_INVALID',
      () => signToken(ear({ 'ear.veraison.annotated-evidence': {} })),
    ],
    ['of no policy', 401, 'APPRAISAL_TOKEN_CLAIMS_INVALID', () => signToken(simple([]), rsa)],
    ['of a warning', 403, 'BROKER_RESOURCE_DENIED', () => signToken(ear({ 'ear.status': 'warning' }))],
    ['of another policy', 403, 'BROKER_RESOURCE_DENIED', () => signToken(ear({ 'ear.appraisal-policy-id': 'lab' }))],
    [
      'of a policy without a name',
      403,
      'BROKER_RESOURCE_DENIED',
      () => signToken(ear({ 'ear.appraisal-policy-id': 7 })),
    ],
    ['of nothing', 403, 'BROKER_RESOURCE_DENIED', () => signToken({ ...ear(), submods: { cpu0: null } })],
  ])('%s', async (name, status, code, make) => {
    const { ask } = await startTrusting(name === 'of nothing' ? { teeKeyPaths: ['/key'] } : {})
    const token =
      name === 'of nothing' ? await signToken({ ...ear(), submods: { cpu0: null }, key: tee.jwk }) : await make()
    const response = await ask(token)
    expect([response.status, (await readProblem(response)).code]).toEqual([status, code])
  })

  test('of anybody, while nobody is trusted by name', async () => {
    const { ask } = await start({})
    const response = await ask(await signToken(ear()))
    expect([response.status, (await readProblem(response)).code]).toEqual([401, 'APPRAISAL_TOKEN_KEY_UNTRUSTED'])
  })
})

test.each([
  ['SERVICE_FILE_UNREADABLE', 'trustedKeys', undefined],
  ['SERVICE_FILE_INVALID', 'trustedKeys', 'no JSON'],
  ['SERVICE_FILE_INVALID', 'trustedKeys', '{"keys":[]}'],
  ['SERVICE_FILE_INVALID', 'trustedKeys', '{"keys":[{"kty":"oct","k":"AA"}]}'],
  ['SERVICE_FILE_UNREADABLE', 'trustedCertificates', undefined],
  ['SERVICE_FILE_INVALID', 'trustedCertificates', 'no PEM'],
] as const)('%s: %s with %s', async (code, name, content) => {
  const site = createSite()
  const path = content === undefined ? `${site.dir}/absent` : site.write('trust', content)
  await expect(startService(site, { token: { [name]: [path] } })).rejects.toMatchObject({
    code,
    details: { path: `token.${name}` },
  })
})
