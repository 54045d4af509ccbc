import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { concatBytes, decodeBase64Url, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import { identifySecretKey, type KeyRing } from '../keys/key-ring.ts'

const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/**
 * A secret at rest: AES-256-GCM under a data key of its own, which is wrapped with AES-256-GCM under the storage key. Both
 * bind the path and the version, so a record moved to another path or put back under another version does not open.
 */
export interface SealedSecret {
  readonly format: 'veritee-secret-v1'
  /** Counts the writes of this path, from 1. */
  readonly version: number
  /** Names the storage key that wraps the data key. */
  readonly keyId: string
  /** iv ‖ ciphertext ‖ tag, base64url. */
  readonly wrappedKey: string
  /** iv ‖ ciphertext ‖ tag, base64url. */
  readonly content: string
}

/** Storage keys by id: the one that new secrets are wrapped with, and those that old records may still name. */
export interface StorageKeyRing {
  readonly activeKeyId: string
  /** Looks for keys that came since: a secret must not be wrapped with one that may go any moment. */
  refresh?(): void
  find(keyId: string): Uint8Array | undefined
}

/** A ring that wraps with the first key and opens with any of them. */
export function createStorageKeyRing(active: Uint8Array, ...retired: Uint8Array[]): StorageKeyRing {
  const keys = new Map([active, ...retired].map((key) => [identifyStorageKey(key), key]))
  return { activeKeyId: identifyStorageKey(active), find: (keyId) => keys.get(keyId) }
}

/** The storage keys of a key directory; one that is not known yet is looked for there. */
export function createDirectoryKeyRing(ring: KeyRing): StorageKeyRing {
  const find = (keyId: string) => ring.storage().find(({ id }) => id === keyId)?.key
  return {
    get activeKeyId() {
      return ring.storage()[0].id
    },
    refresh() {
      try {
        ring.reloadChanged()
      } catch {
        // The keys from before stay in use; whoever watches the directory says what is wrong with it.
      }
    },
    find(keyId) {
      const present = find(keyId)
      if (present === undefined) ring.reloadChanged()
      return present ?? find(keyId)
    },
  }
}

/** A short name that tells nothing about the key. */
export function identifyStorageKey(key: Uint8Array): string {
  return identifySecretKey(key, 'storage')
}

/** @param name the path of the secret, bound into the record */
export function sealSecret(content: Uint8Array, name: string, version: number, ring: StorageKeyRing): SealedSecret {
  const storageKey = ring.find(ring.activeKeyId) as Uint8Array
  const dataKey = randomBytes(KEY_BYTES)
  const sealed: SealedSecret = {
    format: 'veritee-secret-v1',
    version,
    keyId: ring.activeKeyId,
    wrappedKey: encodeBase64Url(encrypt(storageKey, dataKey, bindRecord('key', name, version))),
    content: encodeBase64Url(encrypt(dataKey, content, bindRecord('content', name, version))),
  }
  dataKey.fill(0)
  return sealed
}

/** @throws ServiceError SERVICE_SECRET_UNREADABLE when the key is unknown or the record was changed or moved. */
export function openSecret(sealed: SealedSecret, name: string, ring: StorageKeyRing): Uint8Array {
  const dataKey = unwrapKey(sealed, name, ring)
  try {
    const content = decrypt(dataKey, decodeBase64Url(sealed.content), bindRecord('content', name, sealed.version))
    dataKey.fill(0)
    return content
  } catch (cause) {
    throw new ServiceError('SERVICE_SECRET_UNREADABLE', undefined, { cause, details: { path: name } })
  }
}

/**
 * Wraps the data key of a secret under the active storage key; the content stays as it is.
 *
 * @throws ServiceError SERVICE_SECRET_UNREADABLE
 */
export function rewrapSecret(sealed: SealedSecret, name: string, ring: StorageKeyRing): SealedSecret {
  const dataKey = unwrapKey(sealed, name, ring)
  const storageKey = ring.find(ring.activeKeyId) as Uint8Array
  const wrappedKey = encodeBase64Url(encrypt(storageKey, dataKey, bindRecord('key', name, sealed.version)))
  dataKey.fill(0)
  return { ...sealed, keyId: ring.activeKeyId, wrappedKey }
}

function unwrapKey(sealed: SealedSecret, name: string, ring: StorageKeyRing): Uint8Array {
  const storageKey = ring.find(sealed.keyId)
  if (storageKey === undefined) {
    throw new ServiceError('SERVICE_SECRET_UNREADABLE', 'The storage key of this secret is not here.', {
      details: { path: 'keyId', expected: ring.activeKeyId, actual: sealed.keyId },
    })
  }
  try {
    return decrypt(storageKey, decodeBase64Url(sealed.wrappedKey), bindRecord('key', name, sealed.version))
  } catch (cause) {
    throw new ServiceError('SERVICE_SECRET_UNREADABLE', undefined, { cause, details: { path: name } })
  }
}

function bindRecord(part: 'key' | 'content', name: string, version: number): Uint8Array {
  return encodeUtf8(JSON.stringify(['veritee-secret-v1', part, name, version]))
}

function encrypt(key: Uint8Array, plain: Uint8Array, bound: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound)
  return concatBytes(iv, cipher.update(plain), cipher.final(), cipher.getAuthTag())
}

function decrypt(key: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Uint8Array {
  const tag = sealed.subarray(sealed.length - TAG_BYTES)
  const iv = sealed.subarray(0, IV_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), iv, { authTagLength: TAG_BYTES }).setAAD(bound)
  decipher.setAuthTag(tag)
  return concatBytes(decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)), decipher.final())
}
