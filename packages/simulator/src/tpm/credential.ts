/** What the TPM does with a credential: TPM2_ActivateCredential (TPM 2.0 Library, Part 1, section 24). */
import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { ByteCursor, concatBytes, encodeBase64Url, encodeUtf8, equalSecrets, u32be } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'
import type { SimulatedKey } from '../crypto/key.ts'
import type { SimulatedRsaKey } from '../crypto/rsa.ts'
import type { EndorsementKey } from './keys.ts'

const LABEL = encodeUtf8('IDENTITY\0')

/**
 * The secret of a credential, or undefined where it was made for another endorsement key or another object.
 *
 * @param name Name of the object that the credential is to be for
 */
export function activateCredential(
  endorsement: EndorsementKey,
  name: Uint8Array,
  { idObject, encryptedSecret }: { readonly idObject: Uint8Array; readonly encryptedSecret: Uint8Array },
): Uint8Array | undefined {
  const seed = recoverSeed(endorsement, encryptedSecret.subarray(2))
  if (seed === undefined) return undefined
  const cursor = new ByteCursor(idObject, 2)
  const integrity = cursor.take(cursor.u16be())
  const identity = cursor.takeRest()
  const key = hmac('sha256', seed, u32be(1), encodeUtf8('INTEGRITY\0'), u32be(256))
  if (!equalSecrets(hmac('sha256', key, identity, name), integrity)) return undefined
  const symmetric = hmac('sha256', seed, u32be(1), encodeUtf8('STORAGE\0'), name, u32be(128)).subarray(0, 16)
  const cipher = createDecipheriv('aes-128-cfb', symmetric, new Uint8Array(16))
  return new Uint8Array(concatBytes(cipher.update(identity), cipher.final())).slice(2)
}

function recoverSeed({ kind, native }: EndorsementKey, encrypted: Uint8Array): Uint8Array | undefined {
  if (kind === 'rsa') return (native as SimulatedRsaKey).decryptOaep(LABEL, encrypted)
  const own = native as SimulatedKey
  const width = own.curve.scalarBytes
  const [x, y] = [encrypted.subarray(2, 2 + width), encrypted.subarray(4 + width)]
  const jwk = { kty: 'EC', crv: own.curve.name, x: encodeBase64Url(x), y: encodeBase64Url(y) }
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  const secret = new Uint8Array(diffieHellman({ privateKey: createPrivateKey(own.exportPem()), publicKey }))
  return digest('sha256', u32be(1), secret, LABEL, x, own.point.subarray(0, width))
}
