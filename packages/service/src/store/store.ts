/**
 * The one face of every store. Keys are paths such as `secret/default/key/disk`, values are bytes that the caller encodes.
 * Drivers pass `conformance/store.ts`; nothing above this file knows which driver it has.
 */

/** Short texts that records can be filtered by, such as `{ outcome: 'refused', tee: 'tdx' }`. */
export type StoreFields = Readonly<Record<string, string>>

/** A stored value. */
export interface StoreRecord {
  readonly key: string
  readonly value: Uint8Array
  /** Grows with every write to the store and is never used twice, not even for a key that was deleted. */
  readonly version: number
  /** Epoch seconds after which `deleteExpired` removes the record. Reads do not look at it: the owner of the key does. */
  readonly expiresAt?: number
  readonly fields?: StoreFields
}

export interface WriteOptions {
  /** Epoch seconds; absent means the record stays until it is deleted. */
  readonly expiresAt?: number | undefined
  /** What the record can be found by. A write replaces all fields of the record. */
  readonly fields?: StoreFields | undefined
}

/** One record of a write of several. */
export interface StoreEntry extends WriteOptions {
  readonly key: string
  readonly value: Uint8Array
}

export interface ListOptions {
  /** At most this many records, default 1000. */
  readonly limit?: number
  /** Only keys that come after this one in the order asked for, for paging. */
  readonly after?: string | undefined
  /** Only keys that come before this one in the order asked for. */
  readonly until?: string | undefined
  /** From the greatest key to the smallest. */
  readonly descending?: boolean | undefined
  /** Only records that have every one of these fields with this very value. */
  readonly where?: StoreFields | undefined
}

/** Of a write of one record. */
export interface PutOptions extends WriteOptions {
  /**
   * Returns as soon as everybody sees the write. It is on the disk when the next write that does not say so returns: for what
   * nobody is told of before such a write.
   */
  readonly early?: boolean
}

export interface CompareAndSetOptions extends PutOptions {
  readonly along?: readonly StoreEntry[]
}

/** What can be done inside and outside a transaction. */
export interface StoreAccess {
  get(key: string): Promise<StoreRecord | undefined>
  /** Writes whatever was there before. Returns the new version. */
  put(key: string, value: Uint8Array, options?: PutOptions): Promise<number>
  /** Writes all of the entries or none; their keys must differ. */
  putAll(entries: readonly StoreEntry[]): Promise<void>
  /** Returns whether there was something to delete. */
  delete(key: string): Promise<boolean>
  /** Records whose key starts with `prefix`, in the order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]>
  /**
   * Writes only when the record still has `expectedVersion`; 0 means that there must be none. Returns the new version, or
   * undefined when someone else was first.
   *
   * @param options.along other records that are written with it, or like it are not
   */
  compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options?: CompareAndSetOptions,
  ): Promise<number | undefined>
}

export interface Store extends StoreAccess {
  /** Name of the driver, for logs and readiness. */
  readonly driver: string
  /**
   * Runs `work` so that others see all of its writes or none, as if transactions ran one after another. A throw undoes
   * everything and is thrown on. `work` may run only on the access it is given, must not wait for anything but that access,
   * and must bear to be run again from its start when another replica got in its way.
   */
  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T>
  /** Removes records whose `expiresAt` is at or before `now` (epoch seconds). Returns how many. */
  deleteExpired(now: number): Promise<number>
  /** Removes records whose key starts with `prefix` and comes before `until`. Returns how many. */
  deleteUntil(prefix: string, until: string): Promise<number>
  /** Every record as of one moment, in ascending order of keys, while others go on writing. */
  snapshot(): AsyncIterable<StoreRecord>
  /** Throws when the store cannot be written. */
  probe(): Promise<void>
  /** Finishes what is running and releases the files or connections. Every later call throws. */
  close(): Promise<void>
}

export const STORE_LIST_LIMIT = 1000
