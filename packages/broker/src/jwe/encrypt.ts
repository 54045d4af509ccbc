/** Encrypting a secret to the key inside the evidence. */
import { concatBytes, decodeBase64Url, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { agreeEphemerally, sealAesGcm, wrapAesKey } from '@veritee/codec/sealing'
import { BrokerError } from '../errors.ts'
import { parseTeePublicKey } from '../protocol/tee-key.ts'
import type { EcTeePublicKey, JweResponse, RsaTeePublicKey, TeePublicKey } from '../protocol/types.ts'
import { type EphemeralKey, encodeJweHeader } from './header.ts'
import { deriveKek, ownBytes } from './key-agreement.ts'
import { wrapPkcs1 } from './rsa1-5.ts'

const TAG_BYTES = 16

export interface EncryptOptions {
  /** Serve clients of protocol 0.1.x, whose keys say RSA1_5. Default false: refused. */
  readonly allowRsa15?: boolean
  /** Write the shape of protocol 0.1.x (RSA1_5 alone): plain header, no authenticated data, tag behind the ciphertext. */
  readonly shape?: 'standard' | 'legacy-0.1'
}

/**
 * Encrypts a secret to a TEE key: A256GCM under a fresh content key, wrapped as the key's `alg` says (specification page
 * trustee, section 1.7). The result's members are in the order in which they are sent.
 *
 * Throws BROKER_TEE_KEY_INVALID, also for RSA1_5 unless allowed by name.
 */
export async function encryptSecret(
  secret: Uint8Array,
  key: TeePublicKey,
  options: EncryptOptions = {},
): Promise<JweResponse> {
  const teeKey = parseTeePublicKey(key)
  const { allowRsa15 = false, shape = 'standard' } = options
  if (teeKey.alg === 'RSA1_5' && !allowRsa15) {
    throw refuse('ECDH-ES+A256KW or RSA-OAEP-256', 'RSA1_5')
  }
  if (shape === 'legacy-0.1' && teeKey.alg !== 'RSA1_5') throw refuse('RSA1_5', teeKey.alg)
  const contentKey = crypto.getRandomValues(new Uint8Array(32))
  try {
    const { header, wrapped } = await wrapFor(teeKey, contentKey)
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const legacy = shape === 'legacy-0.1'
    const additionalData = legacy ? {} : { additionalData: encodeUtf8(header) }
    const sealed = await sealAesGcm({ key: contentKey, iv, ...additionalData }, secret)
    const end = legacy ? sealed.length : sealed.length - TAG_BYTES
    return {
      protected: legacy ? '{"alg":"RSA1_5","enc":"A256GCM"}' : header,
      encrypted_key: encodeBase64Url(wrapped),
      iv: encodeBase64Url(iv),
      ciphertext: encodeBase64Url(sealed.subarray(0, end)),
      tag: encodeBase64Url(sealed.subarray(end)),
    }
  } finally {
    contentKey.fill(0)
  }
}

interface Wrapped {
  readonly header: string
  readonly wrapped: Uint8Array
}

function wrapFor(key: TeePublicKey, contentKey: Uint8Array): Promise<Wrapped> {
  return key.kty === 'EC' ? wrapForEc(key, contentKey) : wrapForRsa(key, contentKey)
}

async function wrapForEc({ crv, x, y }: EcTeePublicKey, contentKey: Uint8Array): Promise<Wrapped> {
  const recipient = concatBytes(decodeBase64Url(x), decodeBase64Url(y))
  const { publicPoint, secret } = await agreeEphemerally(crv, recipient)
  const kek = deriveKek(secret)
  secret.fill(0)
  try {
    const [ownX, ownY] = [publicPoint.subarray(0, publicPoint.length / 2), publicPoint.subarray(publicPoint.length / 2)]
    const epk: EphemeralKey = { crv, kty: 'EC', x: encodeBase64Url(ownX), y: encodeBase64Url(ownY) }
    return { header: encodeJweHeader('ECDH-ES+A256KW', epk), wrapped: await wrapAesKey(kek, contentKey) }
  } finally {
    kek.fill(0)
  }
}

async function wrapForRsa(key: RsaTeePublicKey, contentKey: Uint8Array): Promise<Wrapped> {
  const wrapped = key.alg === 'RSA1_5' ? wrapPkcs1(contentKey, key) : await wrapOaep(contentKey, key)
  return { header: encodeJweHeader(key.alg), wrapped }
}

async function wrapOaep(raw: Uint8Array, { n, e }: RsaTeePublicKey): Promise<Uint8Array> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' }
  const recipient = await crypto.subtle.importKey('jwk', { kty: 'RSA', n, e }, algorithm, false, ['encrypt'])
  return new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', recipient, ownBytes(raw)))
}

function refuse(expected: string, actual: string): BrokerError {
  return new BrokerError('BROKER_TEE_KEY_INVALID', undefined, {
    details: { path: 'tee-pubkey.alg', expected, actual },
  })
}
