import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { openSecret, type SealedSecret, type StorageKeyRing, sealSecret } from './sealed-secret.ts'

const PREFIX = 'secret/'
const PAGE = 500
const ATTEMPTS = 5

/** Secrets in the store, encrypted. A name is a resource path of three segments, such as `default/key/disk`. */
export interface SecretRoom {
  /** Stores a secret, replacing the one that was there. Returns its version, counted from 1. */
  put(name: string, content: Uint8Array): Promise<number>
  /** @throws ServiceError SERVICE_SECRET_NOT_FOUND, SERVICE_SECRET_UNREADABLE */
  read(name: string): Promise<Uint8Array>
  /** @throws ServiceError SERVICE_SECRET_NOT_FOUND */
  delete(name: string): Promise<void>
  /** Names in ascending order. */
  list(): Promise<string[]>
}

export function createSecretRoom(store: Store, ring: StorageKeyRing): SecretRoom {
  return {
    async put(name, content) {
      if (content.length === 0) throw new ServiceError('SERVICE_SECRET_EMPTY', undefined, { details: { path: name } })
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const present = await store.get(PREFIX + name)
        const version = present === undefined ? 1 : decodeRecord(present.value).version + 1
        const record = encodeUtf8(JSON.stringify(sealSecret(content, name, version, ring)))
        if ((await store.compareAndSet(PREFIX + name, present?.version ?? 0, record)) !== undefined) return version
      }
      throw new ServiceError('SERVICE_SECRET_CONFLICT', undefined, { details: { path: name } })
    },
    async read(name) {
      const record = await store.get(PREFIX + name)
      if (record === undefined) throw notFound(name)
      return openSecret(decodeRecord(record.value), name, ring)
    },
    async delete(name) {
      if (!(await store.delete(PREFIX + name))) throw notFound(name)
    },
    async list() {
      const names: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await store.list(PREFIX, after === undefined ? { limit: PAGE } : { limit: PAGE, after })
        names.push(...page.map((record) => record.key.slice(PREFIX.length)))
        if (page.length < PAGE) return names
        after = page.at(-1)?.key
      }
    },
  }
}

function notFound(name: string): ServiceError {
  return new ServiceError('SERVICE_SECRET_NOT_FOUND', undefined, { details: { path: name } })
}

function decodeRecord(value: Uint8Array): SealedSecret {
  return JSON.parse(decodeUtf8(value)) as SealedSecret
}
