import { readFileSync } from 'node:fs'
import { decodeBase64Url, decodeHex, decodeUtf8, encodeBase64Url, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokerError } from '../errors.ts'
import type { JweResponse, TeePublicKey } from '../protocol/index.ts'
import { type EphemeralKey, encodeJweHeader } from './header.ts'
import { createTeeKey, decryptSecret, encryptSecret, importTeeKey, type TeePrivateJwk } from './index.ts'
import { deriveKek } from './key-agreement.ts'

interface GoldenCase {
  readonly id: string
  readonly jwe: JweResponse
  readonly steps: { readonly z_hex?: string; readonly kek_hex: string; readonly header_json: string }
}

const golden = JSON.parse(readFileSync(new URL('../../conformance/jwe.json', import.meta.url), 'utf8')) as {
  readonly tee_keys: Record<string, TeePrivateJwk>
  readonly cases: readonly GoldenCase[]
}
const keyOf = (name: string) => importTeeKey(golden.tee_keys[name]!)
const secret = encodeUtf8('a secret of some length')

describe('the sender makes the steps of the golden cases', () => {
  const agreed = golden.cases.filter(({ steps }) => steps.z_hex !== undefined)

  test.each(agreed)('$id: key encryption key', ({ steps }) => {
    expect(encodeHex(deriveKek(decodeHex(steps.z_hex!)))).toBe(steps.kek_hex)
  })

  test.each(agreed.filter(({ id }) => id !== 'ecdh-extra-header'))('$id: header, byte for byte', ({ jwe, steps }) => {
    const { epk } = JSON.parse(steps.header_json) as { epk: EphemeralKey }
    expect(encodeJweHeader('ECDH-ES+A256KW', epk)).toBe(jwe.protected)
  })

  test('an RSA header, byte for byte', () => {
    const { jwe } = golden.cases.find(({ id }) => id === 'rsa-oaep-2048')!
    expect(encodeJweHeader('RSA-OAEP-256')).toBe(jwe.protected)
  })
})

describe('encrypted and opened', () => {
  test.each(['ec1', 'rsa-oaep-2048', 'rsa-oaep-3072'])('%s', async (name) => {
    const key = await keyOf(name)
    const response = await encryptSecret(secret, key.publicKey)
    expect(Object.keys(response)).toEqual(['protected', 'encrypted_key', 'iv', 'ciphertext', 'tag'])
    expect(await decryptSecret(response, key)).toEqual(secret)
  })

  test.each(['P-256', 'P-521'] as const)('a fresh key on %s, and the header that guests rebuild', async (curve) => {
    const key = await createTeeKey({ curve })
    const response = await encryptSecret(secret, key.publicKey)
    const header = decodeUtf8(decodeBase64Url(response.protected))
    expect(header).toMatch(
      new RegExp(
        `^\\{"alg":"ECDH-ES\\+A256KW","enc":"A256GCM","epk":\\{"crv":"${curve}","kty":"EC","x":"[\\w-]+","y":"[\\w-]+"\\}\\}$`,
      ),
    )
    expect(await decryptSecret(response, key)).toEqual(secret)
  })

  test('RSA1_5 in both shapes, by name alone', async () => {
    const key = await keyOf('rsa15-2048')
    await expect(encryptSecret(secret, key.publicKey)).rejects.toMatchObject({ code: 'BROKER_TEE_KEY_INVALID' })
    for (const shape of ['standard', 'legacy-0.1'] as const) {
      const response = await encryptSecret(secret, key.publicKey, { allowRsa15: true, shape })
      expect(response.tag === '').toBe(shape === 'legacy-0.1')
      expect(await decryptSecret(response, key, { allowRsa15: true })).toEqual(secret)
      await expect(decryptSecret(response, key)).rejects.toMatchObject({ code: 'BROKER_JWE_ALGORITHM_REFUSED' })
    }
    const ec = await createTeeKey()
    const legacy = encryptSecret(secret, ec.publicKey, { allowRsa15: true, shape: 'legacy-0.1' })
    await expect(legacy).rejects.toMatchObject({ code: 'BROKER_TEE_KEY_INVALID' })
  })

  test('no secret is encrypted twice alike', async () => {
    const { publicKey } = await createTeeKey()
    const [a, b] = await Promise.all([encryptSecret(secret, publicKey), encryptSecret(secret, publicKey)])
    for (const name of ['protected', 'encrypted_key', 'iv', 'ciphertext', 'tag'] as const)
      expect(a?.[name]).not.toBe(b?.[name])
  })

  test('any length', async () => {
    const key = await createTeeKey()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await decryptSecret(await encryptSecret(bytes, key.publicKey), key)).toEqual(bytes)
      }),
      { numRuns: 25 },
    )
  })
})

describe('tampered', () => {
  const alter = (text: string, at: number) => {
    const bytes = decodeBase64Url(text)
    bytes[at % bytes.length] = bytes[at % bytes.length]! ^ 1
    return encodeBase64Url(bytes)
  }
  const header = (edit: (members: Record<string, unknown>) => void) => (response: JweResponse) => {
    const members = JSON.parse(decodeUtf8(decodeBase64Url(response.protected))) as Record<string, unknown>
    edit(members)
    return { ...response, protected: encodeBase64Url(encodeUtf8(JSON.stringify(members))) }
  }

  test.each<[string, string, (response: JweResponse) => JweResponse]>([
    ['a bit of the wrapped key', 'BROKER_JWE_UNOPENED', (r) => ({ ...r, encrypted_key: alter(r.encrypted_key, 7) })],
    ['a bit of the vector', 'BROKER_JWE_UNOPENED', (r) => ({ ...r, iv: alter(r.iv, 3) })],
    ['a bit of the ciphertext', 'BROKER_JWE_UNOPENED', (r) => ({ ...r, ciphertext: alter(r.ciphertext, 5) })],
    ['a bit of the tag', 'BROKER_JWE_UNOPENED', (r) => ({ ...r, tag: alter(r.tag, 15) })],
    [
      'the same header written otherwise',
      'BROKER_JWE_UNOPENED',
      header((members) => Object.assign(members, { kid: 'x' })),
    ],
    [
      'another algorithm',
      'BROKER_JWE_ALGORITHM_REFUSED',
      header((members) => Object.assign(members, { alg: 'ECDH-ES' })),
    ],
    ['dir', 'BROKER_JWE_ALGORITHM_REFUSED', header((members) => Object.assign(members, { alg: 'dir' }))],
    ['another encryption', 'BROKER_JWE_INVALID', header((members) => Object.assign(members, { enc: 'A128GCM' }))],
    ['compression', 'BROKER_JWE_INVALID', header((members) => Object.assign(members, { zip: 'DEF' }))],
    ['party information', 'BROKER_JWE_INVALID', header((members) => Object.assign(members, { apu: 'AA' }))],
    ['crit', 'BROKER_JWE_INVALID', header((members) => Object.assign(members, { crit: ['x'] }))],
    ['no ephemeral key', 'BROKER_JWE_INVALID', header((members) => void delete members['epk'])],
    [
      'an ephemeral key on another curve',
      'BROKER_JWE_INVALID',
      header((members) => Object.assign(members['epk'] as object, { crv: 'P-521' })),
    ],
    ['a short vector', 'BROKER_JWE_INVALID', (r) => ({ ...r, iv: 'AAAA' })],
    ['a short tag', 'BROKER_JWE_INVALID', (r) => ({ ...r, tag: r.tag.slice(0, 16) })],
    ['a short wrapped key', 'BROKER_JWE_INVALID', (r) => ({ ...r, encrypted_key: 'AAAA' })],
    ['padding', 'BROKER_JWE_INVALID', (r) => ({ ...r, tag: `${r.tag}==` })],
    [
      'the plain header of 0.1',
      'BROKER_JWE_ALGORITHM_REFUSED',
      (r) => ({ ...r, protected: '{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}', tag: '' }),
    ],
    ['a header that is no JSON', 'BROKER_JWE_INVALID', (r) => ({ ...r, protected: 'AAAA' })],
  ])('%s', async (_name, code, tamper) => {
    const key = await createTeeKey()
    const response = tamper(await encryptSecret(secret, key.publicKey))
    await expect(decryptSecret(response, key)).rejects.toMatchObject({ name: 'BrokerError', code })
  })

  test('a secret for another key', async () => {
    const [key, other] = [await createTeeKey(), await createTeeKey()]
    const response = await encryptSecret(secret, other.publicKey)
    await expect(decryptSecret(response, key)).rejects.toMatchObject({ code: 'BROKER_JWE_UNOPENED' })
  })

  test('every malformed RSA1_5 padding fails in the same place', async () => {
    const key = await keyOf('rsa15-2048')
    const response = await encryptSecret(secret, key.publicKey, { allowRsa15: true })
    for (const encrypted_key of [
      alter(response.encrypted_key, 9),
      'AAAA',
      encodeBase64Url(new Uint8Array(256)),
      encodeBase64Url(new Uint8Array(256).fill(255)),
    ]) {
      const opening = decryptSecret({ ...response, encrypted_key }, key, { allowRsa15: true })
      await expect(opening).rejects.toMatchObject({ code: 'BROKER_JWE_UNOPENED' })
    }
  })

  test('whatever comes in, only this error leaves', async () => {
    const key = await createTeeKey()
    const response = await encryptSecret(secret, key.publicKey)
    const names = ['protected', 'encrypted_key', 'iv', 'ciphertext', 'tag'] as const
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.string(), async (name, text) => {
        fc.pre(text !== response[name])
        await expect(decryptSecret({ ...response, [name]: text }, key)).rejects.toBeInstanceOf(BrokerError)
      }),
      { numRuns: 200 },
    )
  })
})

test('keys that nobody should encrypt to are refused', async () => {
  const { publicKey } = await createTeeKey()
  const off = { ...publicKey, y: (publicKey as { x: string }).x } as TeePublicKey
  await expect(encryptSecret(secret, off)).rejects.toMatchObject({ code: 'BROKER_TEE_KEY_INVALID' })
})

test('a private key that is none says nothing of itself', async () => {
  const jwk = { ...golden.tee_keys['ec1']!, d: 'not a number' }
  const error = await importTeeKey(jwk).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'BROKER_TEE_KEY_INVALID' })
  expect(JSON.stringify(error)).not.toContain('not a number')
})
