/**
 * The one face of every store. Keys are paths such as `secret/default/key/disk`, values are bytes that the caller encodes.
 * Drivers pass `testStore` in `contract.test-suite.ts`; nothing above this file knows which driver it has.
 */

/** A stored value. */
export interface StoreRecord {
  readonly key: string
  readonly value: Uint8Array
  /** Grows with every write to the store and is never used twice, not even for a key that was deleted. */
  readonly version: number
  /** Epoch seconds after which `deleteExpired` removes the record. Reads do not look at it: the owner of the key does. */
  readonly expiresAt?: number
}

export interface WriteOptions {
  /** Epoch seconds; absent means the record stays until it is deleted. */
  readonly expiresAt?: number
}

export interface ListOptions {
  /** At most this many records, default 1000. */
  readonly limit?: number
  /** Only keys that come after this one, for paging. */
  readonly after?: string
}

/** What can be done inside and outside a transaction. */
export interface StoreAccess {
  get(key: string): Promise<StoreRecord | undefined>
  /** Writes whatever was there before. Returns the new version. */
  put(key: string, value: Uint8Array, options?: WriteOptions): Promise<number>
  /** Returns whether there was something to delete. */
  delete(key: string): Promise<boolean>
  /** Records whose key starts with `prefix`, in ascending order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: ListOptions): Promise<StoreRecord[]>
  /**
   * Writes only when the record still has `expectedVersion`; 0 means that there must be none. Returns the new version, or
   * undefined when someone else was first.
   */
  compareAndSet(
    key: string,
    expectedVersion: number,
    value: Uint8Array,
    options?: WriteOptions,
  ): Promise<number | undefined>
}

export interface Store extends StoreAccess {
  /** Name of the driver, for logs and readiness. */
  readonly driver: string
  /**
   * Runs `work` so that others see all of its writes or none. A throw undoes everything and is thrown on. `work` may run
   * only on the access it is given, and must not wait for anything but that access.
   */
  transaction<T>(work: (access: StoreAccess) => Promise<T>): Promise<T>
  /** Removes records whose `expiresAt` is at or before `now` (epoch seconds). Returns how many. */
  deleteExpired(now: number): Promise<number>
  /** Throws when the store cannot be written. */
  probe(): Promise<void>
  /** Finishes what is running and releases the files or connections. Every later call throws. */
  close(): Promise<void>
}

export const STORE_LIST_LIMIT = 1000
