import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { parseJson } from '@veritee/codec/json'
import { encodeSet, readSet } from '../bundle/archive.ts'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import { nameKey } from '../key.ts'
import type { CollateralKey, CollateralSet } from '../types.ts'

const CORRUPT = 'COLLATERAL_CACHE_CORRUPT'
const FORMAT = 'veritee-collateral-cache'
const MAX_FILE_BYTES = 16 << 20

/** Collateral sets in a directory, one file each. What is read from it is as untrusted as what a service sends. */
export interface DiskCache {
  /** The set of this name, or undefined. Throws COLLATERAL_CACHE_CORRUPT for a file that is damaged. */
  read(key: CollateralKey): Promise<CollateralSet | undefined>
  /** Puts a set in the place of the one before, at once and whole. Throws COLLATERAL_CACHE_UNWRITABLE. */
  write(set: CollateralSet): Promise<void>
}

/** Opens a cache directory; it is made with the first write. */
export function openDiskCache(directory: string): DiskCache {
  return {
    async read(key) {
      const path = join(directory, `${nameKey(key)}.json`)
      let text: Buffer
      try {
        text = await readFile(path)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw new CollateralError(CORRUPT, undefined, { details: { path, actual: 'unreadable' }, cause })
      }
      return readEntry(text, key, path)
    },
    async write(set) {
      const path = join(directory, `${nameKey(set.key)}.json`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await replaceFile(path, encodeEntry(set))
      } catch (cause) {
        throw new CollateralError('COLLATERAL_CACHE_UNWRITABLE', undefined, { details: { path: directory }, cause })
      }
    },
  }
}

/** The digest finds damage, not forgery: signatures are for that, and verification checks them. */
function encodeEntry(set: CollateralSet): string {
  const text = JSON.stringify(encodeSet(set))
  return JSON.stringify({ format: FORMAT, version: 1, sha256: digestOf(text), set: text })
}

function readEntry(bytes: Uint8Array, key: CollateralKey, path: string): CollateralSet {
  const fail = (actual: string): CollateralError =>
    new CollateralError(CORRUPT, undefined, { details: { path, actual } })
  const entry = reading(CORRUPT, path, () => parseJson(bytes, { maxBytes: MAX_FILE_BYTES })) as Record<string, unknown>
  const { format, version, sha256, set: text } = entry ?? {}
  if (format !== FORMAT || version !== 1 || typeof text !== 'string') throw fail('another format')
  if (digestOf(text) !== sha256) throw fail('another digest')
  const set = readCorrupt(path, text)
  if (nameKey(set.key) !== nameKey(key)) throw fail(nameKey(set.key))
  return set
}

function readCorrupt(path: string, text: string): CollateralSet {
  try {
    return readSet(
      reading(CORRUPT, path, () => parseJson(text)),
      'set',
    )
  } catch (cause) {
    if (!(cause instanceof CollateralError)) throw cause
    throw new CollateralError(CORRUPT, undefined, { details: { ...cause.details, path }, cause })
  }
}

/** Writes beside the file and renames: a reader sees the old or the new whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${encodeHex(crypto.getRandomValues(new Uint8Array(6)))}.tmp`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

function digestOf(text: string): string {
  return encodeHex(digest('sha256', encodeUtf8(text)))
}
