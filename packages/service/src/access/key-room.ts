import { createPublicKey, type KeyObject } from 'node:crypto'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { identifyAdminKey } from '../admin/index.ts'
import { ServiceError } from '../errors.ts'
import type { Store, StoreAccess } from '../store/index.ts'
import type { Role } from './roles.ts'

const PREFIX = 'access/key/'
const MAX_KEYS = 1000

/** A registered public key: whoever holds its private half signs tokens with what its role may do. */
export interface AccessKey {
  /** RFC 7638 thumbprint. */
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Paths that the key may work on; `*` is everything. */
  readonly scopes: readonly string[]
  /** Ed25519, SPKI PEM. */
  readonly publicKey: string
  /** Epoch seconds. */
  readonly createdAt: number
  /** Id of the key that registered it. */
  readonly createdBy: string
  /** Epoch seconds; absent: until it is removed. */
  readonly expiresAt?: number
}

/** The registered keys, in the store: a removed key is refused by every replica at once. */
export interface KeyRoom {
  /** @throws ServiceError SERVICE_ACCESS_KEY_EXISTS */
  add(key: AccessKey, access: StoreAccess): Promise<void>
  /** @throws ServiceError SERVICE_ACCESS_KEY_UNKNOWN */
  remove(id: string, access: StoreAccess): Promise<AccessKey>
  find(id: string): Promise<AccessKey | undefined>
  list(): Promise<AccessKey[]>
}

const ID = /^[A-Za-z0-9_-]{43}$/

export function createKeyRoom(store: Store): KeyRoom {
  return {
    async add(key, access) {
      const known = await access.list(PREFIX, { limit: MAX_KEYS })
      if (known.length >= MAX_KEYS) {
        throw new ServiceError('SERVICE_REQUEST_INVALID', 'There are as many keys as there can be.', {
          details: { path: 'keys', expected: `at most ${MAX_KEYS}` },
        })
      }
      if ((await access.compareAndSet(PREFIX + key.id, 0, encodeUtf8(JSON.stringify(key)))) !== undefined) return
      throw new ServiceError('SERVICE_ACCESS_KEY_EXISTS', undefined, { details: { path: 'publicKey', actual: key.id } })
    },
    async remove(id, access) {
      const record = ID.test(id) ? await access.get(PREFIX + id) : undefined
      if (record === undefined || !(await access.delete(PREFIX + id)))
        throw new ServiceError('SERVICE_ACCESS_KEY_UNKNOWN', undefined, { details: { path: 'id', actual: id } })
      return decodeKey(record.value)
    },
    async find(id) {
      const record = ID.test(id) ? await store.get(PREFIX + id) : undefined
      return record && decodeKey(record.value)
    },
    list: async () => (await store.list(PREFIX, { limit: MAX_KEYS })).map(({ value }) => decodeKey(value)),
  }
}

function decodeKey(value: Uint8Array): AccessKey {
  return JSON.parse(decodeUtf8(value)) as AccessKey
}

/**
 * Reads an Ed25519 public key.
 *
 * @throws ServiceError SERVICE_REQUEST_INVALID also for a private key, which nobody should have sent
 */
export function parseAccessPublicKey(pem: string): { key: KeyObject; id: string; pem: string } {
  let key: KeyObject | undefined
  try {
    if (!pem.includes('PRIVATE')) key = createPublicKey(pem)
  } catch {
    // Refused below; the library's message may quote the text.
  }
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'publicKey: not an Ed25519 public key in PEM.', {
      details: { path: 'publicKey', expected: 'an Ed25519 public key, SPKI in PEM' },
    })
  }
  return { key, id: identifyAdminKey(key), pem: key.export({ type: 'spki', format: 'pem' }) as string }
}
