import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import { compareStoreKeys, type Store, type StoreAccess } from '../store/index.ts'
import { openSecret, rewrapSecret, type SealedSecret, type StorageKeyRing, sealSecret } from './sealed-secret.ts'

const PREFIX = 'secret/'
const PAGE = 500
/** Initialisation vector and tag beside the content. */
const SEALING_BYTES = 28
const ATTEMPTS = 5

/** A change of a secret that was prepared, and is not to be seen yet. */
export interface StagedSecret {
  /**
   * Writes what belongs into one transaction with the audit entry of the change. May be run again by that transaction.
   *
   * @returns the version of the secret, counted from 1; 1 for a file, and for one that goes away
   * @throws ServiceError SERVICE_SECRET_NOT_FOUND, SERVICE_SECRET_CONFLICT
   */
  write(access: StoreAccess): Promise<number>
  /** Once that is committed: brings the change into effect where the transaction did not. @throws ServiceError SERVICE_STORE_UNAVAILABLE */
  finish(): Promise<void>
  /** Where it was not committed: takes back what was prepared. */
  discard(): void
}

/** Secrets. A name is a resource path of three segments, such as `default/key/disk`. */
export interface SecretRoom {
  /**
   * Prepares a change.
   *
   * @param content undefined: the secret goes away
   * @throws ServiceError SERVICE_SECRET_EMPTY, SERVICE_STORE_UNAVAILABLE
   */
  stage(name: string, content: Uint8Array | undefined): StagedSecret
  /** @throws ServiceError SERVICE_SECRET_NOT_FOUND, SERVICE_SECRET_UNREADABLE */
  read(name: string): Promise<Uint8Array>
  /** Names in ascending order. */
  list(): Promise<string[]>
  /** What may be told about secrets without opening them, by name. */
  describe(options: SecretRange): Promise<SecretFacts[]>
  /** Wraps the data keys of all secrets under the active storage key. May be broken off and done again. */
  rewrap(): Promise<Rewrapping>
}

/** Secrets in the store, encrypted. */
export interface StoredSecrets extends SecretRoom {
  /**
   * Stores a secret, replacing the one that was there. Returns its version, counted from 1.
   *
   * @param access a transaction to write in
   * @throws ServiceError SERVICE_SECRET_EMPTY, SERVICE_SECRET_CONFLICT
   */
  put(name: string, content: Uint8Array, access?: StoreAccess): Promise<number>
  /** @throws ServiceError SERVICE_SECRET_NOT_FOUND */
  delete(name: string, access?: StoreAccess): Promise<void>
}

/** Which secrets, and how many of them. */
export interface SecretRange {
  /** Paths that are asked about, with everything below them; the empty path is everything. */
  readonly below: readonly string[]
  readonly limit: number
  /** Only names that come after this one in the order asked for. */
  readonly after?: string | undefined
  readonly descending?: boolean | undefined
}

/** A secret from outside. */
export interface SecretFacts {
  readonly name: string
  /** Size of the content. */
  readonly bytes: number
  /** Counts the writes of this path, from 1; absent for a file. */
  readonly version?: number
  /** The storage key that wraps it; absent for a file. */
  readonly keyId?: string
}

/** What came of wrapping the data keys anew. */
export interface Rewrapping {
  readonly total: number
  /** Wrapped now; the others had the active key already, or failed. */
  readonly rewrapped: number
  /** Secrets whose storage key is not here, or whose record was changed. */
  readonly failed: number
}

export function createSecretRoom(store: Store, ring: StorageKeyRing): StoredSecrets {
  const list = async (): Promise<string[]> => {
    const names: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await store.list(PREFIX, { limit: PAGE, after })
      names.push(...page.map((record) => record.key.slice(PREFIX.length)))
      if (page.length < PAGE) return names
      after = page.at(-1)?.key
    }
  }
  const remove = async (name: string, access: StoreAccess): Promise<void> => {
    if (!(await access.delete(PREFIX + name))) throw notFound(name)
  }
  const room: StoredSecrets = {
    stage(name, content) {
      if (content !== undefined) expectContent(name, content)
      return {
        async write(access) {
          if (content !== undefined) return room.put(name, content, access)
          await remove(name, access)
          return 1
        },
        finish: async () => undefined,
        discard: () => undefined,
      }
    },
    async put(name, content, access = store) {
      expectContent(name, content)
      ring.refresh?.()
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const present = await access.get(PREFIX + name)
        const version = present === undefined ? 1 : decodeRecord(present.value).version + 1
        const record = encodeUtf8(JSON.stringify(sealSecret(content, name, version, ring)))
        if ((await access.compareAndSet(PREFIX + name, present?.version ?? 0, record)) !== undefined) return version
      }
      throw new ServiceError('SERVICE_SECRET_CONFLICT', undefined, { details: { path: name } })
    },
    async read(name) {
      const record = await store.get(PREFIX + name)
      if (record === undefined) throw notFound(name)
      return openSecret(decodeRecord(record.value), name, ring)
    },
    delete: (name, access = store) => remove(name, access),
    list,
    async describe({ below, limit, after, descending }) {
      const from = after === undefined ? undefined : PREFIX + after
      const found = await Promise.all(
        below.map(async (path) => {
          const prefix = path === '' ? PREFIX : `${PREFIX}${path}/`
          const records = await store.list(prefix, { limit, after: from, descending })
          const itself = path === '' ? undefined : await store.get(PREFIX + path)
          return itself === undefined ? records : [itself, ...records]
        }),
      )
      const facts = found.flat().map(({ key, value }) => toFacts(key.slice(PREFIX.length), decodeRecord(value)))
      return cutRange(facts, { limit, after, descending })
    },
    async rewrap() {
      let [total, rewrapped, failed] = [0, 0, 0]
      for (const name of await list()) {
        total++
        const outcome = await rewrapOne(store, name, ring)
        if (outcome === 'rewrapped') rewrapped++
        if (outcome === 'failed') failed++
      }
      return { total, rewrapped, failed }
    },
  }
  return room
}

/** @throws ServiceError SERVICE_SECRET_EMPTY */
function expectContent(name: string, content: Uint8Array): void {
  if (content.length === 0) throw new ServiceError('SERVICE_SECRET_EMPTY', undefined, { details: { path: name } })
}

function toFacts(name: string, { version, keyId, content }: SealedSecret): SecretFacts {
  return { name, bytes: Math.floor((content.length * 3) / 4) - SEALING_BYTES, version, keyId }
}

/** Each name once, in the order asked for, beyond `after`, as many as asked for. Of two of one name the first counts. */
export function cutRange(
  facts: readonly SecretFacts[],
  { limit, after, descending = false }: Omit<SecretRange, 'below'>,
): SecretFacts[] {
  const byName = new Map(facts.toReversed().map((one) => [one.name, one]))
  const order = (a: string, b: string) => (descending ? compareStoreKeys(b, a) : compareStoreKeys(a, b))
  return [...byName.values()]
    .filter(({ name }) => after === undefined || order(name, after) > 0)
    .sort((a, b) => order(a.name, b.name))
    .slice(0, limit)
}

async function rewrapOne(store: Store, name: string, ring: StorageKeyRing): Promise<'kept' | 'rewrapped' | 'failed'> {
  for (;;) {
    const record = await store.get(PREFIX + name)
    const sealed = record && decodeRecord(record.value)
    // A secret that was deleted or stored anew meanwhile has nothing left to do.
    if (record === undefined || sealed?.keyId === ring.activeKeyId) return 'kept'
    try {
      const wrapped = encodeUtf8(JSON.stringify(rewrapSecret(sealed as SealedSecret, name, ring)))
      if ((await store.compareAndSet(PREFIX + name, record.version, wrapped)) !== undefined) return 'rewrapped'
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'SERVICE_SECRET_UNREADABLE') return 'failed'
      throw error
    }
  }
}

function notFound(name: string): ServiceError {
  return new ServiceError('SERVICE_SECRET_NOT_FOUND', undefined, { details: { path: name } })
}

function decodeRecord(value: Uint8Array): SealedSecret {
  return JSON.parse(decodeUtf8(value)) as SealedSecret
}
