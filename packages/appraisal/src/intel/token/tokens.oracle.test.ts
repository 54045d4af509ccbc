/** A second implementation of JWS and an independent reader of keys hold the tokens to account: jose, and OpenSSL through Node. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { createTenantPolicy, writeIntelPolicies } from '../policy/write.ts'
import { signPolicy, verifyPolicyToken } from './policy-token.ts'
import { createIntelPrivateKey, createIntelSigner, encodeIntelPublicKey, nameIntelKey } from './signer.ts'

const TEXT = writeIntelPolicies([createTenantPolicy()])

test('jose verifies a policy that was signed here', async () => {
  const token = await signPolicy(TEXT, await createIntelSigner(await createIntelPrivateKey()))
  const header = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { jwk: string }
  const { payload } = await compactVerify(token, await importJWK(JSON.parse(header.jwk) as JWK, 'ES384'))
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ policy_payload: TEXT })
})

test.each(['JWT', 'JWS'])('a policy that jose signed is read here, typ %s', async (typ) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const jwk = JSON.stringify({ alg: 'ES384', ...publicKey.export({ format: 'jwk' }) })
  const payload = new TextEncoder().encode(JSON.stringify({ policy_payload: TEXT }))
  // The format has the key as a text, which is no JWK in the eyes of the type.
  const header = { alg: 'ES384', typ, jwk: jwk as unknown as JWK }
  const token = await new CompactSign(payload).setProtectedHeader(header).sign(privateKey)
  const read = await verifyPolicyToken(token)
  expect(read.text).toBe(TEXT)
  expect(encodeIntelPublicKey(read.signingKey)).toBe(publicKey.export({ type: 'spki', format: 'pem' }))
})

test('the public key in PEM is the one of the JWK', async () => {
  const { publicJwk } = await createIntelSigner(await createIntelPrivateKey())
  const exported = createPublicKey(encodeIntelPublicKey(publicJwk)).export({ format: 'jwk' })
  expect(exported).toEqual({ kty: 'EC', crv: 'P-384', x: publicJwk.x, y: publicJwk.y })
  expect(nameIntelKey(publicJwk)).toBe(
    `P-384 key ${Buffer.from(publicJwk.x, 'base64url').toString('hex').slice(0, 16)}`,
  )
})
