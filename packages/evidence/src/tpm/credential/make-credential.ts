/**
 * TPM2_MakeCredential in software (TPM 2.0 Library, Part 1, section 24): a secret that only the TPM holding an endorsement
 * key can open, and only for an object of the given Name. Whoever returns the secret has shown that attestation key and
 * endorsement key live in one TPM.
 */
import { concatBytes, u16be } from '@veritee/codec/bytes'
import { hmac } from '@veritee/codec/hash'
import { TpmError } from '../codes.ts'
import { HASH_BYTES, TPM_ALG, unsupported } from '../structure/algorithms.ts'
import { publicKeyOf, type TpmPublic } from '../structure/public.ts'
import { malformed } from '../structure/reader.ts'
import { deriveFromKey } from './key-derivation.ts'
import { encryptSeed, exchangeSeed } from './seed.ts'

/** What ActivateCredential takes. */
export interface TpmCredential {
  /** TPM2B_ID_OBJECT. */
  readonly idObject: Uint8Array
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array
}

/**
 * @param endorsement public area of an endorsement key, RSA or ECC on P-256 or P-384: a restricted decryption key with an
 * AES-CFB cipher
 * @param name Name of the object to be enrolled
 * @param secret at most as many bytes as the endorsement key's name hash has
 * @throws EvidenceError TPM_KEY_ATTRIBUTES, TPM_ALGORITHM_UNSUPPORTED, TPM_STRUCTURE_MALFORMED
 */
export async function makeCredential(
  endorsement: TpmPublic,
  name: Uint8Array,
  secret: Uint8Array,
): Promise<TpmCredential> {
  const { nameHash, symmetric, kind } = endorsement
  if (nameHash === 'sm3') throw unsupported('ek.nameAlg', ['sha1', 'sha256', 'sha384', 'sha512'], TPM_ALG.sm3)
  if (symmetric === undefined || symmetric.algorithm !== TPM_ALG.aes || symmetric.mode !== TPM_ALG.cfb) {
    throw new TpmError(
      'TPM_KEY_ATTRIBUTES',
      'The endorsement key has no AES-CFB cipher, so nothing can be wrapped for it.',
      { details: { path: 'ek.symmetric' } },
    )
  }
  const size = HASH_BYTES[nameHash]
  if (secret.length === 0 || secret.length > size) throw malformed('credential', `1 to ${size} bytes`, secret.length)
  // A key that is none is refused here, before the runtime meets it.
  publicKeyOf(endorsement)
  const { seed, encrypted } = await (kind === 'rsa' ? encryptSeed : exchangeSeed)(endorsement, nameHash)
  const symmetricKey = deriveFromKey(nameHash, seed, 'STORAGE', name, symmetric.bits)
  const identity = await encryptCfb(symmetricKey, concatBytes(u16be(secret.length), secret))
  const integrityKey = deriveFromKey(nameHash, seed, 'INTEGRITY', new Uint8Array(), size * 8)
  const integrity = hmac(nameHash, integrityKey, identity, name)
  return {
    idObject: sized(concatBytes(sized(integrity), identity)),
    encryptedSecret: sized(encrypted),
  }
}

/** AES-CFB-128 with a zero IV, block by block; each key stream block is the first block of a CBC encryption under a zero IV. */
async function encryptCfb(key: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
  const aes = await crypto.subtle.importKey('raw', key as BufferSource, 'AES-CBC', false, ['encrypt'])
  const out = new Uint8Array(plain.length)
  let feedback: Uint8Array = new Uint8Array(16)
  for (let at = 0; at < plain.length; at += 16) {
    const stream = new Uint8Array(
      await crypto.subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, aes, feedback as BufferSource),
    )
    const end = Math.min(at + 16, plain.length)
    for (let i = at; i < end; i++) out[i] = plain[i]! ^ stream[i - at]!
    feedback = out.subarray(at, end)
  }
  return out
}

function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(u16be(bytes.length), bytes)
}
