/** A seed that only the TPM with an endorsement key can recover (TPM 2.0 Library, Part 1, annexes B.10.3 and C.6.3). */
import { concatBytes, encodeBase64Url, encodeUtf8, u16be, u32be } from '@veritee/codec/bytes'
import { HASH_BYTES } from '../structure/algorithms.ts'
import type { TpmPublic } from '../structure/public.ts'
import { deriveFromExchange, type NameHash } from './key-derivation.ts'

const LABEL = 'IDENTITY'

/** A seed, and what travels to the TPM: the content of TPM2B_ENCRYPTED_SECRET. */
export interface SharedSeed {
  readonly seed: Uint8Array
  readonly encrypted: Uint8Array
}

const WEB_HASH: Readonly<Record<NameHash, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/** RSA-OAEP of a random seed. */
export async function encryptSeed({ unique, exponent }: TpmPublic, hash: NameHash): Promise<SharedSeed> {
  const seed = crypto.getRandomValues(new Uint8Array(HASH_BYTES[hash]))
  const e = u32be(exponent!)
  const jwk = {
    kty: 'RSA',
    n: encodeBase64Url(unique),
    e: encodeBase64Url(e.subarray(e.findIndex((byte) => byte !== 0))),
  }
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-OAEP', hash: WEB_HASH[hash] }, false, ['encrypt'])
  const parameters = { name: 'RSA-OAEP', label: encodeUtf8(`${LABEL}\0`) as BufferSource }
  const encrypted = new Uint8Array(await crypto.subtle.encrypt(parameters, key, seed as BufferSource))
  return { seed, encrypted }
}

/** A Diffie-Hellman exchange with a key made for it; what travels is its public point. */
export async function exchangeSeed({ unique, curve }: TpmPublic, hash: NameHash): Promise<SharedSeed> {
  const algorithm = { name: 'ECDH', namedCurve: curve! }
  const width = unique.length / 2
  const [x, y] = [unique.subarray(0, width), unique.subarray(width)]
  const jwk = { kty: 'EC', crv: curve!, x: encodeBase64Url(x), y: encodeBase64Url(y) }
  const theirs = await crypto.subtle.importKey('jwk', jwk, algorithm, false, [])
  const own = (await crypto.subtle.generateKey(algorithm, false, ['deriveBits'])) as CryptoKeyPair
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, width * 8)
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey)).subarray(1)
  const [ownX, ownY] = [point.subarray(0, width), point.subarray(width)]
  return {
    seed: deriveFromExchange(hash, new Uint8Array(secret), LABEL, ownX, x),
    encrypted: concatBytes(u16be(width), ownX, u16be(width), ownY),
  }
}
