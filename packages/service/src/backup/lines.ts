/** What a backup holds, line by line. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase64 } from '@veritee/codec/bytes'
import { readGuardedFile } from '../keys/private-file.ts'
import type { Store, StoreEntry } from '../store/index.ts'

/** Names of files in a key directory that hold keys. */
export const KEY_FILE: RegExp = /^[a-z]+(?:\.\d{1,11})?\.(?:pem|pub|key)$/
/** What is worthless soon: sessions carry tokens, buckets of limits are full again. */
const LEFT_OUT = /^(?:session|limit)\//

/** One line of a backup. */
export type Line =
  | { readonly kind: 'veritee'; readonly format: 1; readonly time: number }
  | { readonly kind: 'key'; readonly name: string; readonly content: string }
  | ({ readonly kind: 'record'; readonly value: string } & Omit<StoreEntry, 'value'>)
  | { readonly kind: 'end'; readonly keys: number; readonly records: number }

/**
 * The keys, and every record as of one moment.
 *
 * @param time epoch seconds
 * @param counted what was written so far
 */
export async function* writeLines(
  store: Store,
  directory: string,
  time: number,
  counted: { keys: number; records: number },
): AsyncGenerator<string> {
  const line = (value: Line) => `${JSON.stringify(value)}\n`
  yield line({ kind: 'veritee', format: 1, time })
  const told = new Set<string>()
  const listKeys = function* (): Generator<string> {
    for (const name of readdirSync(directory).sort()) {
      if (told.has(name) || !KEY_FILE.test(name)) continue
      told.add(name)
      counted.keys++
      yield line({ kind: 'key', name, content: readGuardedFile(join(directory, name)) })
    }
  }
  yield* listKeys()
  for await (const { key, value, expiresAt, fields } of store.snapshot()) {
    if (LEFT_OUT.test(key)) continue
    counted.records++
    yield line({ kind: 'record', key, value: encodeBase64(value), expiresAt, fields })
  }
  // The records are of a moment after the keys were listed: secrets may be wrapped with a key that was made in between.
  yield* listKeys()
  yield line({ kind: 'end', ...counted })
}
