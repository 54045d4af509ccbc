/** Opening a secret response, inside the TEE. */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { importPublicKey } from '@veritee/codec/signature'
import { BrokerError } from '../errors.ts'
import type { JweResponse } from '../protocol/types.ts'
import { decodeMember, type EphemeralKey, type JweHeader, parseJweHeader, parseLegacyHeader } from './header.ts'
import { agreeOnSecret, deriveKek, ownBytes, unwrapContentKey } from './key-agreement.ts'
import { unwrapPkcs1 } from './rsa1-5.ts'
import type { TeePrivateKey } from './tee-key.ts'

const IV_BYTES = 12
const TAG_BYTES = 16
const WRAPPED_BYTES = 40

export interface DecryptOptions {
  /** Open what is wrapped with RSA1_5 for a key that says so (protocol 0.1.x). Default false: refused. */
  readonly allowRsa15?: boolean
}

/**
 * Opens a secret response with the private key whose public half was attested. The authenticated data is the text of
 * `protected` as received. The header's algorithm must be the key's own before the key is touched.
 *
 * Throws BROKER_JWE_INVALID, BROKER_JWE_ALGORITHM_REFUSED, and BROKER_JWE_UNOPENED with no hint why it did not open.
 */
export async function decryptSecret(
  response: JweResponse,
  key: TeePrivateKey,
  options: DecryptOptions = {},
): Promise<Uint8Array> {
  const legacy = isLegacy(response)
  const header = legacy ? parseLegacyHeader(response.protected) : parseJweHeader(response.protected)
  expectAlgorithm(header, key, legacy, options)
  const wrapped = readBytes(response, 'encrypted_key')
  const iv = expectLength(readBytes(response, 'iv'), 'iv', IV_BYTES)
  const sealed = legacy
    ? readBytes(response, 'ciphertext')
    : concatBytes(readBytes(response, 'ciphertext'), expectLength(readBytes(response, 'tag'), 'tag', TAG_BYTES))
  if (sealed.length < TAG_BYTES) throw invalid('ciphertext', 'a ciphertext and its tag', `${sealed.length} bytes`)
  const additionalData = legacy ? {} : { additionalData: ownBytes(encodeUtf8(response.protected)) }
  const contentKey = await unwrap(wrapped, header, key)
  try {
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: ownBytes(iv), tagLength: 128, ...additionalData },
      contentKey,
      ownBytes(sealed),
    )
    return new Uint8Array(opened)
  } catch {
    throw new BrokerError('BROKER_JWE_UNOPENED')
  }
}

/** Protocol 0.1.x sends the header as plain JSON; base64url never begins with a brace. */
function isLegacy(response: JweResponse): boolean {
  return response.protected.startsWith('{') && response.tag === ''
}

function expectAlgorithm({ alg }: JweHeader, key: TeePrivateKey, legacy: boolean, options: DecryptOptions): void {
  const expected = key.publicKey.alg
  const refused = expected === 'RSA1_5' ? options.allowRsa15 !== true : legacy
  if (alg === expected && !refused) return
  throw new BrokerError('BROKER_JWE_ALGORITHM_REFUSED', undefined, {
    details: {
      path: 'protected.alg',
      expected: expected === 'RSA1_5' && refused ? 'ECDH-ES+A256KW or RSA-OAEP-256' : expected,
      actual: legacy ? `${alg} in the shape of protocol 0.1` : alg,
    },
  })
}

async function unwrap(wrapped: Uint8Array, header: JweHeader, key: TeePrivateKey): Promise<CryptoKey> {
  if (key.kind === 'ec') return unwrapWithEc(wrapped, header, key)
  if (key.kind === 'rsa1-5') {
    const raw = unwrapPkcs1(wrapped, key.numbers)
    return crypto.subtle.importKey('raw', ownBytes(raw), 'AES-GCM', false, ['decrypt'])
  }
  try {
    const raw = await crypto.subtle.decrypt('RSA-OAEP', key.privateKey, ownBytes(wrapped))
    return await crypto.subtle.importKey('raw', raw, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
  } catch {
    throw new BrokerError('BROKER_JWE_UNOPENED')
  }
}

async function unwrapWithEc(
  wrapped: Uint8Array,
  { epk }: JweHeader,
  key: TeePrivateKey & { readonly kind: 'ec' },
): Promise<CryptoKey> {
  const { crv } = key.publicKey
  if (epk === undefined) throw invalid('protected.epk', 'an ephemeral key', 'absent')
  if (epk.crv !== crv) throw invalid('protected.epk.crv', crv, epk.crv)
  expectLength(wrapped, 'encrypted_key', WRAPPED_BYTES)
  expectOnCurve(epk)
  try {
    const ephemeral = await crypto.subtle.importKey('jwk', { ...epk }, { name: 'ECDH', namedCurve: crv }, false, [])
    const secret = await agreeOnSecret(key.privateKey, ephemeral, crv)
    const kek = deriveKek(secret)
    secret.fill(0)
    return await unwrapContentKey(wrapped, kek)
  } catch {
    throw new BrokerError('BROKER_JWE_UNOPENED')
  }
}

/** A point off the curve would give away the private key bit by bit. */
function expectOnCurve(epk: EphemeralKey): void {
  try {
    importPublicKey({ kind: 'jwk', jwk: epk })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new BrokerError('BROKER_JWE_INVALID', 'The ephemeral key is not a point on its curve.', {
      details: { path: 'protected.epk', expected: `a point on ${epk.crv}`, actual: cause.message },
      cause,
    })
  }
}

function readBytes(response: JweResponse, name: 'encrypted_key' | 'iv' | 'ciphertext' | 'tag'): Uint8Array {
  return decodeMember(response[name], name, (bytes) => bytes)
}

function expectLength(bytes: Uint8Array, path: string, length: number): Uint8Array {
  if (bytes.length !== length) throw invalid(path, `${length} bytes`, `${bytes.length} bytes`)
  return bytes
}

function invalid(path: string, expected: string, actual: string): BrokerError {
  return new BrokerError('BROKER_JWE_INVALID', undefined, { details: { path, expected, actual } })
}
