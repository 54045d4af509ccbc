import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { decodeBase64Url, encodeBase64Url } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import { createFile, readPrivateFile } from './private-file.ts'

/** Kinds of asymmetric keys that the service makes. */
export type KeyPairKind = 'ed25519' | 'P-256' | 'RSA'

const RSA_LEAST_BITS = 2048

/** Reads the private key (PKCS#8 PEM, mode 0600), making it first when the file is absent. */
export function readOrCreateKeyPair(path: string, kind: KeyPairKind): { key: KeyObject; created: boolean } {
  const present = readPrivateFile(path)
  if (present !== undefined) return { key: parsePrivateKey(present, kind, path), created: false }
  const created = makeKeyFile(path, generatePrivateKey(kind))
  return { key: readKeyPair(path, kind), created }
}

/** Reads the private key (PKCS#8 PEM, mode 0600). @throws ServiceError SERVICE_KEY_*, SERVICE_FILE_UNREADABLE also when it is absent */
export function readKeyPair(path: string, kind: KeyPairKind): KeyObject {
  return parsePrivateKey(readPresentFile(path), kind, path)
}

function readPresentFile(path: string): string {
  const content = readPrivateFile(path)
  if (content !== undefined) return content
  throw new ServiceError('SERVICE_FILE_UNREADABLE', `The key file ${path} is not there any more.`, {
    details: { path },
  })
}

function generatePrivateKey(kind: KeyPairKind): string {
  const { privateKey } = KEY_MAKERS[kind]()
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

const KEY_MAKERS: Readonly<Record<KeyPairKind, () => { privateKey: KeyObject }>> = {
  ed25519: () => generateKeyPairSync('ed25519'),
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: RSA_LEAST_BITS }),
}

/** Makes a key file, unless it is there. @throws ServiceError SERVICE_FILE_UNREADABLE where nothing can be written */
export function makeKeyFile(path: string, content: string, mode = 0o600): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return createFile(path, content, mode)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The key file ${path} cannot be made: ${reason}.`, {
      cause,
      details: { path },
    })
  }
}

/** @throws ServiceError SERVICE_KEY_INVALID when the text is no private key of this kind. */
export function parsePrivateKey(pem: string, kind: KeyPairKind, path: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem)
  } catch {
    // The library's message may quote the text: it is left out.
  }
  return checkKind(key, kind, path)
}

/** @throws ServiceError SERVICE_KEY_INVALID when the text is no public key of this kind. */
export function parsePublicKey(pem: string, kind: KeyPairKind, path: string): KeyObject {
  let key: KeyObject | undefined
  try {
    // A private key is refused here: createPublicKey would quietly derive the public half of it.
    if (!pem.includes('PRIVATE KEY')) key = createPublicKey(pem)
  } catch {
    // As above.
  }
  return checkKind(key, kind, path)
}

function checkKind(key: KeyObject | undefined, kind: KeyPairKind, path: string): KeyObject {
  if (key === undefined || !isOfKind(key, kind)) throw invalid(path, DESCRIPTIONS[kind])
  return key
}

const DESCRIPTIONS: Readonly<Record<KeyPairKind, string>> = {
  ed25519: 'ed25519 key in PEM',
  'P-256': 'P-256 key in PEM',
  RSA: `RSA key of at least ${RSA_LEAST_BITS} bits in PEM`,
}

function isOfKind({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, kind: KeyPairKind): boolean {
  if (kind === 'ed25519') return asymmetricKeyType === 'ed25519'
  if (kind === 'P-256') return asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_LEAST_BITS
}

const SECRET_BYTES = 32

/** Reads a 32-byte symmetric key (one line of base64url, mode 0600), making it first when the file is absent. */
export function readOrCreateSecretKey(path: string): Uint8Array {
  if (readPrivateFile(path) === undefined) makeKeyFile(path, `${encodeBase64Url(randomBytes(SECRET_BYTES))}\n`)
  return readSecretKey(path)
}

/** Reads a 32-byte symmetric key. @throws ServiceError SERVICE_KEY_*, SERVICE_FILE_UNREADABLE also when it is absent */
export function readSecretKey(path: string): Uint8Array {
  const line = readPresentFile(path)
  let key: Uint8Array = new Uint8Array()
  try {
    key = decodeBase64Url(line.trim())
  } catch {
    // Refused below, without the content.
  }
  if (key.length !== SECRET_BYTES) throw invalid(path, 'one line of base64url, 32 bytes')
  return key
}

function invalid(path: string, expected: string): ServiceError {
  return new ServiceError('SERVICE_KEY_INVALID', `The file ${path} does not hold the key it should.`, {
    details: { path, expected },
  })
}
