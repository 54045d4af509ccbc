import { CodecError } from '@veritee/codec'
import { parsePem } from '@veritee/codec/pem'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { parseCertificate } from '@veritee/codec/x509'
import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import { isArray, isObject, type RegoObject } from '../../value/index.ts'
import { parseJsonValue } from '../documents/json.ts'
import { bytesOf, decodeBase64 } from '../encoding/bytes.ts'
import { failure } from '../operand.ts'
import { JWT_ALGORITHMS } from './algorithms.ts'

/** A key that signatures may be verified with. */
export interface VerificationKey {
  readonly publicKey?: PublicKey
  readonly secret?: Uint8Array
  /** Algorithm and identifier that the key set names; empty where it names none. */
  readonly algorithm: string
  readonly keyId: string
}

const MAX_KEYS = 256

/** Keys of a PEM certificate or public key, or of a JSON Web Key or key set. */
export function readVerificationKeys(text: string, context: BuiltinContext): readonly VerificationKey[] {
  const key = `jwt.keys\0${text}`
  const known = context.cache.get(key)
  if (known !== undefined) return known as readonly VerificationKey[]
  context.step(256 + (text.length >>> 2))
  context.memory(2048 + 4 * text.length)
  const block = findBlock(text)
  const keys = block === undefined ? readKeySet(text, context) : [readPemKey(block)]
  context.cache.set(key, keys)
  return keys
}

/** The first PEM block of a text, and what stands behind its last line. */
interface Block {
  readonly label: string
  readonly text: string
  readonly rest: string
}

const BEGIN = '-----BEGIN '

function findBlock(text: string): Block | undefined {
  const start = text.indexOf(BEGIN)
  const labelEnd = start < 0 ? -1 : text.indexOf('-----', start + BEGIN.length)
  if (labelEnd < 0) return undefined
  const label = text.slice(start + BEGIN.length, labelEnd)
  const last = `-----END ${label}-----`
  const end = text.indexOf(last, labelEnd)
  if (end < 0) return undefined
  const rest = text.slice(end + last.length).replace(/^[ \t]*(?:\r?\n|$)/, '')
  return { label, text: text.slice(start, end + last.length), rest }
}

function readPemKey({ label, text, rest }: Block): VerificationKey {
  if (rest !== '') throw failure('extra data after a PEM certificate block')
  if (label === 'CERTIFICATE') {
    const publicKey = readOrRefuse('failed to parse a PEM certificate', () => parseCertificate(derOf(text)).publicKey)
    return { publicKey, algorithm: '', keyId: '' }
  }
  if (label !== 'PUBLIC KEY') throw failure('failed to extract a Key from the PEM certificate')
  const publicKey = readOrRefuse('failed to parse a PEM public key', () =>
    importPublicKey({ kind: 'spki', der: derOf(text) }),
  )
  return { publicKey, algorithm: '', keyId: '' }
}

function derOf(block: string): Uint8Array {
  return parsePem(block)[0]!.der
}

function readOrRefuse<T>(wording: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodecError || error instanceof BuiltinError) throw failure(`${wording}: ${error.message}`)
    throw error
  }
}

/** The members of a JWK, or of each of a set. */
export function readJwks(text: string, context: BuiltinContext): readonly RegoObject[] {
  return readOrRefuse('failed to parse a JWK key (set)', () => {
    const value = parseJsonValue(text, context)
    if (!isObject(value)) throw failure('a key is a JSON object')
    const keys = value.member('keys')
    if (keys === undefined) return [value]
    if (!isArray(keys) || keys.length > MAX_KEYS) throw failure('a key set has a list of keys')
    return keys.map((key) => {
      if (!isObject(key)) throw failure('a key is a JSON object')
      return key
    })
  })
}

function readKeySet(text: string, context: BuiltinContext): VerificationKey[] {
  const keys = readJwks(text, context).map((jwk) => readOrRefuse('failed to parse a JWK key (set)', () => readJwk(jwk)))
  return keys.filter(({ algorithm }) => algorithm === '' || JWT_ALGORITHMS.has(algorithm))
}

/** One key; the private half of a pair, where it is given, is not used. */
function readJwk(jwk: RegoObject): VerificationKey {
  const text = (name: string): string | undefined => {
    const value = jwk.member(name)
    return typeof value === 'string' ? value : undefined
  }
  const names = { algorithm: text('alg') ?? '', keyId: text('kid') ?? '' }
  if (text('kty') === 'oct') return { secret: secretOf(jwk), ...names }
  const members = Object.fromEntries(['kty', 'crv', 'x', 'y', 'n', 'e'].map((name) => [name, text(name)]))
  return { publicKey: importPublicKey({ kind: 'jwk', jwk: members }), ...names }
}

/** The bytes of a symmetric key. */
export function secretOf(jwk: RegoObject): Uint8Array {
  const secret = jwk.member('k')
  if (typeof secret !== 'string' || secret === '') throw failure('a symmetric key has no member k')
  return decodeBase64(secret, { urlSafe: true, padded: false })
}

/** A key that is nothing but a shared text. */
export function secretKey(text: string): VerificationKey {
  return { secret: bytesOf(text), algorithm: '', keyId: '' }
}
