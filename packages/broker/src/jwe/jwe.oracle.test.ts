import { constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { FlattenedEncrypt, flattenedDecrypt, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { decryptSecret, encryptSecret, importTeeKey, type TeePrivateJwk } from './index.ts'

const { tee_keys } = JSON.parse(readFileSync(new URL('../../conformance/jwe.json', import.meta.url), 'utf8')) as {
  readonly tee_keys: Record<string, TeePrivateJwk>
}
const secret = encodeUtf8('second opinion')

test.each(['ec1', 'ec2', 'rsa-oaep-2048', 'rsa-oaep-3072'])(
  'another library opens what is encrypted to %s',
  async (name) => {
    const jwk = tee_keys[name]!
    const { publicKey } = await importTeeKey(jwk)
    const response = await encryptSecret(secret, publicKey)
    const { plaintext } = await flattenedDecrypt(response, await importJWK(jwk, jwk.alg))
    expect(new Uint8Array(plaintext)).toEqual(secret)
  },
)

test.each(['ec1', 'rsa-oaep-2048'])('what another library encrypts to %s opens', async (name) => {
  const jwk = tee_keys[name]!
  const key = await importTeeKey(jwk)
  const { d: _, ...publicJwk } = jwk
  const response = await new FlattenedEncrypt(secret)
    .setProtectedHeader({ alg: jwk.alg, enc: 'A256GCM' })
    .encrypt(await importJWK(name === 'ec1' ? publicJwk : { ...key.publicKey }, jwk.alg))
  expect(await decryptSecret(response as Parameters<typeof decryptSecret>[0], key)).toEqual(secret)
})

test('OpenSSL finds the PKCS#1 padding of a wrapped key well formed', async () => {
  const jwk = tee_keys['rsa15-2048']!
  const { publicKey } = await importTeeKey(jwk)
  const { encrypted_key } = await encryptSecret(secret, publicKey, { allowRsa15: true })
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, decodeBase64Url(encrypted_key))
  expect([...block.subarray(0, 2)]).toEqual([0, 2])
  expect(block.indexOf(0, 2)).toBe(256 - 33)
})
