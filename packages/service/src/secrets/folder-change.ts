import { randomUUID } from 'node:crypto'
import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { StagedSecret } from './secret-room.ts'

/** Changes of files whose audit entries are written, and that may not have been made. */
const PENDING = 'secret-file/'

/** What the store keeps of a change from its audit entry until it is made. */
interface Pending {
  readonly name: string
  /** The file beside it with the new content; without one the secret goes away. */
  readonly draft?: string
  /** Which file it was that goes away. */
  readonly file?: string
}

/**
 * Prepares a change of a file: its new content lies beside it, under a name that no secret has. The store remembers the change
 * together with its audit entry, so whoever starts after a crash makes it, and a change that the log tells of is never lost.
 *
 * @param root the folder of secrets
 * @param content undefined: the file goes away
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE
 */
export function stageFileChange(store: Store, root: string, name: string, content?: Uint8Array): StagedSecret {
  const id = randomUUID()
  const path = ownPath(root, name)
  const draft = content === undefined ? undefined : `.${basename(path)}.${id}.draft`
  const pending: Pending = draft === undefined ? { name, file: describeFile(path) } : { name, draft }
  const discard = () => {
    if (draft !== undefined) rmSync(join(dirname(path), draft), { force: true })
  }
  if (draft !== undefined && content !== undefined) {
    attempt(name, () => {
      try {
        writeFileSync(join(dirname(path), draft), content, { mode: 0o600, flush: true, flag: 'wx' })
      } catch (error) {
        discard()
        throw error
      }
    })
  }
  return {
    async write(access) {
      await access.put(PENDING + id, encodeUtf8(JSON.stringify(pending)))
      return 1
    },
    async finish() {
      try {
        attempt(name, () => makeChange(root, pending))
      } catch (error) {
        discard()
        throw error
      } finally {
        // What stays behind is made out at the next start, and finds nothing to do.
        await store.delete(PENDING + id).catch(() => undefined)
      }
    },
    discard,
  }
}

/**
 * Makes the changes that were written into the audit log and interrupted before they were made.
 *
 * @returns names of the secrets that were changed
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE
 */
export async function finishFileChanges(store: Store, folder: string): Promise<string[]> {
  const root = resolve(folder)
  const made: string[] = []
  for (const { key, value } of await store.list(PENDING)) {
    const pending = JSON.parse(decodeUtf8(value)) as Pending
    if (attempt(pending.name, () => makeChange(root, pending))) made.push(pending.name)
    await store.delete(key)
  }
  return made
}

/** @returns false when there was nothing left to do: another replica made it, or the file is another one since */
function makeChange(root: string, { name, draft, file }: Pending): boolean {
  if (!existsSync(join(root, ...name.split('/').slice(0, -1)))) return false
  const path = ownPath(root, name)
  if (draft === undefined) {
    if (describeFile(path) !== file) return false
    rmSync(path)
    return true
  }
  const content = join(dirname(path), draft)
  if (!existsSync(content)) return false
  renameSync(content, path)
  return true
}

/** What stands under the name itself: a change of a link changes the link, and not the other secret that it leads to. */
function ownPath(root: string, name: string): string {
  const path = join(root, ...name.split('/'))
  return join(realpathSync(dirname(path)), basename(path))
}

function describeFile(path: string): string {
  const { ino, mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? { ino: 0, mtimeMs: 0, size: 0 }
  return `${ino} ${mtimeMs} ${size}`
}

/** @throws ServiceError SERVICE_STORE_UNAVAILABLE */
function attempt<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw new ServiceError('SERVICE_STORE_UNAVAILABLE', `The file of the secret ${name} cannot be changed: ${code}.`, {
      cause,
      details: { path: name },
    })
  }
}
