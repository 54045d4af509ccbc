import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { decodeBase64Url, encodeBase64Url } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import { createFile, readPrivateFile } from './private-file.ts'

/** Kinds of asymmetric keys that the service makes. */
export type KeyPairKind = 'ed25519' | 'P-256'

/** Reads the private key (PKCS#8 PEM, mode 0600), making it first when the file is absent. */
export function readOrCreateKeyPair(path: string, kind: KeyPairKind): { key: KeyObject; created: boolean } {
  const present = readPrivateFile(path)
  if (present !== undefined) return { key: parsePrivateKey(present, kind, path), created: false }
  const created = createFile(path, generatePrivateKey(kind), 0o600)
  return { key: parsePrivateKey(readPrivateFile(path) ?? '', kind, path), created }
}

function generatePrivateKey(kind: KeyPairKind): string {
  const { privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
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
  const fits =
    kind === 'ed25519' ? key?.asymmetricKeyType === 'ed25519' : key?.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (key === undefined || !fits) throw invalid(path, `${kind} key in PEM`)
  return key
}

const SECRET_BYTES = 32

/** Reads a 32-byte symmetric key (one line of base64url, mode 0600), making it first when the file is absent. */
export function readOrCreateSecretKey(path: string): Uint8Array {
  let line = readPrivateFile(path)
  if (line === undefined) {
    createFile(path, `${encodeBase64Url(randomBytes(SECRET_BYTES))}\n`, 0o600)
    line = readPrivateFile(path) ?? ''
  }
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
