import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAdminToken, verifyAdminToken } from './admin-token.ts'

const NOW = 1_800_000_000
const admin = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs whatever it is told to, as no library would. */
function forge(header: unknown, payload: unknown, signer: (input: Buffer) => Buffer): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

const byAdmin = (input: Buffer) => sign(null, input, admin.privateKey)
const pem = admin.publicKey.export({ type: 'spki', format: 'pem' }) as string
const raw = admin.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
const payload = { exp: NOW + 60 }

describe('administrator tokens', () => {
  const verify = (token: string, key: KeyObject = admin.publicKey, maxSeconds?: number) =>
    verifyAdminToken(token, key, NOW, maxSeconds)

  test('accepts what createAdminToken signs', async () => {
    const privatePem = admin.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    expect(await verify(await createAdminToken(privatePem, { now: NOW }))).toEqual({ expiresAt: expect.any(Number) })
    expect(await verify(await createAdminToken(privatePem, { now: NOW, subject: 'ann' }))).toEqual({
      subject: 'ann',
      expiresAt: NOW + 300,
    })
    const longest = await createAdminToken(privatePem, { now: NOW, lifetimeSeconds: 1e9 })
    expect(await verify(longest, admin.publicKey, 86_400)).toEqual({ expiresAt: NOW + 86_400 })
    await expect(verify(longest)).rejects.toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_INVALID' })
    const ofClients = await createAdminToken(privatePem, { now: NOW, lifetimeSeconds: 7200 })
    expect(await verify(ofClients, admin.publicKey, 7200)).toEqual({ expiresAt: NOW + 7200 })
    await expect(verify(ofClients)).rejects.toMatchObject({
      message: 'The administrator token lives longer than 3600 seconds.',
    })
  })

  test('accepts a hand-made token, with 60 s of leeway', async () => {
    expect(await verify(forge({ alg: 'EdDSA' }, payload, byAdmin))).toEqual({ expiresAt: expect.any(Number) })
    expect(await verify(forge({ alg: 'EdDSA' }, { exp: NOW - 59 }, byAdmin))).toEqual({ expiresAt: expect.any(Number) })
    expect(await verify(forge({ alg: 'EdDSA' }, { exp: NOW + 3660 }, byAdmin))).toEqual({
      expiresAt: expect.any(Number),
    })
    expect(await verify(forge({ alg: 'EdDSA' }, { ...payload, nbf: NOW + 59 }, byAdmin))).toEqual({
      expiresAt: expect.any(Number),
    })
  })

  const invalid: [string, string][] = [
    ['made long ahead, for the hour that is now', forge({ alg: 'EdDSA' }, { iat: NOW - 86_400, ...payload }, byAdmin)],
    ['alg none, no signature', `${part({ alg: 'none' })}.${part(payload)}.`],
    ['alg none, signed', forge({ alg: 'none' }, payload, byAdmin)],
    [
      'HS256 keyed with the public key in PEM',
      forge({ alg: 'HS256' }, payload, (input) => createHmac('sha256', pem).update(input).digest()),
    ],
    [
      'HS256 keyed with the raw public key',
      forge({ alg: 'HS256' }, payload, (input) => createHmac('sha256', raw).update(input).digest()),
    ],
    ['another key', forge({ alg: 'EdDSA' }, payload, (input) => sign(null, input, other.privateKey))],
    [
      'another key that the header brings along',
      forge({ alg: 'EdDSA', jwk: other.publicKey.export({ format: 'jwk' }) }, payload, (input) =>
        sign(null, input, other.privateKey),
      ),
    ],
    [
      'an altered payload',
      forge({ alg: 'EdDSA' }, payload, byAdmin).replace(/\.[^.]+\./, `.${part({ exp: NOW + 61 })}.`),
    ],
    ['no exp', forge({ alg: 'EdDSA' }, { sub: 'ann' }, byAdmin)],
    ['exp as text', forge({ alg: 'EdDSA' }, { exp: String(NOW + 60) }, byAdmin)],
    ['exp too far', forge({ alg: 'EdDSA' }, { exp: NOW + 3661 }, byAdmin)],
    ['not yet valid', forge({ alg: 'EdDSA' }, { ...payload, nbf: NOW + 61 }, byAdmin)],
    ['a critical header nobody knows', forge({ alg: 'EdDSA', crit: ['x'], x: 1 }, payload, byAdmin)],
    ['two parts', `${part({ alg: 'EdDSA' })}.${part(payload)}`],
    ['nothing', ''],
    ['garbage', 'a.b.c'],
  ]
  test.each(invalid)('SERVICE_ADMIN_TOKEN_INVALID: %s', async (_name, token) => {
    await expect(verify(token)).rejects.toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_INVALID', status: 401 })
  })

  test('SERVICE_ADMIN_TOKEN_INVALID: an ES256 token of another key type', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime(NOW + 60)
      .sign(ec.privateKey)
    await expect(verify(token)).rejects.toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_INVALID' })
    await expect(verify(token, ec.publicKey)).rejects.toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_INVALID' })
  })

  test('SERVICE_ADMIN_TOKEN_EXPIRED', async () => {
    const token = forge({ alg: 'EdDSA' }, { exp: NOW - 61 }, byAdmin)
    await expect(verify(token)).rejects.toMatchObject({ code: 'SERVICE_ADMIN_TOKEN_EXPIRED', status: 401 })
  })
})
