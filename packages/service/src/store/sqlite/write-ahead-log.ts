import { type FileHandle, open } from 'node:fs/promises'
import { ServiceError } from '../../errors.ts'

/**
 * The file `-wal` beside the database. SQLite appends every commit to it and leaves it to this class to wait for the disk,
 * which then keeps no thread from its work. What stands in the log after a crash is taken up to its last whole commit.
 */
export class WriteAheadLog {
  readonly #path: string
  #file: FileHandle | undefined
  #failure: unknown

  /** @param path the database file */
  constructor(path: string) {
    this.#path = `${path}-wal`
  }

  /**
   * Returns when every commit made before this call is on the disk. After a failure nobody knows what is, so no later call
   * succeeds: only a new start, which reads the file again, tells.
   *
   * @throws ServiceError SERVICE_STORE_UNAVAILABLE
   */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#describe()
    try {
      // The file stays the same one for as long as a connection is open.
      this.#file ??= await open(this.#path, 'r+')
      await this.#file.datasync()
    } catch (cause) {
      this.#failure = cause
      throw this.#describe()
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  #describe(): ServiceError {
    return new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The disk did not confirm a write of the store.', {
      cause: this.#failure,
      details: { path: this.#path, reason: (this.#failure as { code?: string }).code },
    })
  }
}
