/** Files of certificates in directories: read from several, written to one. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeHex } from '@veritee/codec/bytes'
import { CollateralError } from '../errors.ts'
import type { KdsClientOptions } from './types.ts'

const MAX_FILE_BYTES = 1 << 20

/** A file that must pass `check`, which throws CollateralError for what is none. */
export type Check = (bytes: Uint8Array) => void

/** The first of these files, in any of the directories, that passes. Damaged ones are passed over and named. */
export async function findFile(
  options: KdsClientOptions,
  directories: readonly string[],
  names: readonly string[],
  check: Check,
): Promise<Uint8Array | undefined> {
  for (const directory of directories) {
    for (const name of names) {
      const path = join(directory, name)
      const bytes = await readIfThere(path)
      if (bytes === undefined) continue
      try {
        check(bytes)
        return bytes
      } catch (cause) {
        if (!(cause instanceof CollateralError)) throw cause
        notify(options, 'COLLATERAL_CACHE_CORRUPT', path, cause)
      }
    }
  }
  return undefined
}

/** Puts a file in the place of the one before, at once and whole; what fails is named and does not stop the work. */
export async function keepFile(options: KdsClientOptions, name: string, bytes: Uint8Array): Promise<void> {
  const { cacheDirectory } = options
  if (cacheDirectory === undefined) return
  const path = join(cacheDirectory, name)
  const draft = `${path}.${encodeHex(crypto.getRandomValues(new Uint8Array(6)))}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {})
    notify(options, 'COLLATERAL_CACHE_UNWRITABLE', path, cause)
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = new Uint8Array(await readFile(path))
    return bytes.length <= MAX_FILE_BYTES ? bytes : new Uint8Array(0)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    return new Uint8Array(0)
  }
}

function notify(
  { onNotice }: KdsClientOptions,
  code: 'COLLATERAL_CACHE_CORRUPT' | 'COLLATERAL_CACHE_UNWRITABLE',
  path: string,
  cause: unknown,
): void {
  onNotice?.({ code, message: new CollateralError(code).message, path, cause })
}
