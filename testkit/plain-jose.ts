/** Keys and secret responses of the key broker protocol, from its text alone: nothing here is shared with the server. */
import {
  constants,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'

export type PlainKeyKind = 'P-256' | 'P-521' | 'RSA-OAEP-256' | 'RSA1_5'

export interface PlainKey {
  readonly kind: PlainKeyKind
  readonly privateKey: KeyObject
  /** The members that are sent and hashed. */
  readonly jwk: Readonly<Record<string, string>>
}

export function generatePlainKey(kind: PlainKeyKind): PlainKey {
  if (kind === 'P-256' || kind === 'P-521') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: kind })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    return { kind, privateKey, jwk: { kty: 'EC', crv: kind, alg: 'ECDH-ES+A256KW', x, y } }
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  return { kind, privateKey, jwk: { kty: 'RSA', alg: kind, n, e } }
}

/** Members in ascending order of their UTF-16 code units, no blanks (RFC 8785, for the values that the protocol has). */
export function canonicalize(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalize(inner)}`).join(',')}}`
}

interface SecretResponse {
  readonly protected: string
  readonly encrypted_key: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/** Opens a secret the way existing guests do: they parse the header, write it anew, and authenticate that text. */
export function openSecret(response: SecretResponse, key: PlainKey): Buffer {
  const { iv, ciphertext, tag } = response
  const isLegacy = response.protected.startsWith('{')
  const text = isLegacy ? response.protected : Buffer.from(response.protected, 'base64url').toString()
  const { alg, enc, ...rest } = JSON.parse(text) as { alg: string; enc: string; epk?: JsonWebKey }
  if (enc !== 'A256GCM' || alg !== key.jwk['alg']) throw new Error(`unexpected header ${text}`)
  const contentKey = unwrap(Buffer.from(response.encrypted_key, 'base64url'), key, rest.epk)
  const decipher = createDecipheriv('aes-256-gcm', contentKey, Buffer.from(iv, 'base64url'))
  let sealed = Buffer.from(ciphertext, 'base64url')
  if (isLegacy) {
    if (tag !== '') throw new Error('the older shape has its tag behind the ciphertext')
    decipher.setAuthTag(sealed.subarray(-16))
    sealed = sealed.subarray(0, -16)
  } else {
    const { epk } = rest
    const rebuilt =
      epk === undefined ? { alg, enc } : { alg, enc, epk: { crv: epk.crv, kty: epk.kty, x: epk.x, y: epk.y } }
    decipher.setAAD(Buffer.from(Buffer.from(JSON.stringify(rebuilt)).toString('base64url')))
    decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  }
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

function unwrap(wrapped: Buffer, { kind, privateKey }: PlainKey, epk: JsonWebKey | undefined): Buffer {
  if (kind === 'RSA-OAEP-256')
    return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, wrapped)
  if (kind === 'RSA1_5') {
    // Raw, because runtimes refuse to unwrap this padding: 00 02 PADDING 00 KEY.
    const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, wrapped)
    const end = block.indexOf(0, 2)
    if (block[0] !== 0 || block[1] !== 2 || end < 10) throw new Error('not padded as PKCS #1 says')
    return block.subarray(end + 1)
  }
  if (epk?.crv !== kind) throw new Error('no ephemeral key of the curve')
  const shared = diffieHellman({ privateKey, publicKey: createPublicKey({ key: epk, format: 'jwk' }) })
  const decipher = createDecipheriv('aes256-wrap', deriveKey(shared), Buffer.alloc(8, 0xa6))
  return Buffer.concat([decipher.update(wrapped), decipher.final()])
}

/** Concat KDF, one round of SHA-256: counter, secret, algorithm with its length, no parties, 256 bits. */
function deriveKey(shared: Buffer): Buffer {
  const name = Buffer.from('ECDH-ES+A256KW')
  const word = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const parts = [word(1), shared, word(name.length), name, word(0), word(0), word(256)]
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}
