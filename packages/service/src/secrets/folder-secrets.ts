import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { isResourceSegment } from '@veritee/broker/resources'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { stageFileChange } from './folder-change.ts'
import { cutRange, type SecretRoom } from './secret-room.ts'

const MAX_SECRET_BYTES = 64 * 1024 * 1024

/**
 * Secrets as files of a folder, `REPOSITORY/TYPE/TAG`, before those in the store. A file that is put there is visible at once
 * and is given out byte for byte. Writing to a path that has a file replaces the file; all other paths go to the store, where
 * secrets are encrypted.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE for a folder that cannot be read
 */
export function createFolderSecrets(folder: string, inner: SecretRoom, store: Store): SecretRoom {
  const root = resolve(folder)
  const find = (name: string): string | undefined => findFile(root, name)
  return {
    stage(name, content) {
      if (find(name) === undefined || content?.length === 0) return inner.stage(name, content)
      return stageFileChange(store, root, name, content)
    },
    async read(name) {
      const path = find(name)
      if (path === undefined) return inner.read(name)
      const content = new Uint8Array(readFileSync(path))
      if (content.length > 0) return content
      throw new ServiceError('SERVICE_SECRET_EMPTY', `The file of the secret ${name} is empty.`, {
        details: { path: name },
      })
    },
    list: async () => [...new Set([...(await inner.list()), ...listFiles(root)])].sort(),
    async describe(range) {
      const files = listFiles(root)
        .filter((name) => range.below.some((path) => path === '' || name === path || name.startsWith(`${path}/`)))
        .map((name) => ({ name, bytes: statSync(findFile(root, name) ?? root).size }))
      return cutRange([...files, ...(await inner.describe(range))], range)
    },
    rewrap: () => inner.rewrap(),
  }
}

/** The file of a secret. Links may lead to other places of the folder, and not out of it. */
function findFile(root: string, name: string): string | undefined {
  try {
    const base = realpathSync(root)
    const path = realpathSync(join(base, ...name.split('/')))
    const { size } = statSync(path)
    if (!path.startsWith(base + sep) || !statSync(path).isFile()) return undefined
    if (size > MAX_SECRET_BYTES) throw new Error(`larger than ${MAX_SECRET_BYTES} bytes`)
    return path
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The file of the secret ${name} cannot be read.`, {
      cause,
      details: { path: 'resources.folder', actual: name },
    })
  }
}

function listFiles(root: string): string[] {
  const below = (...parts: string[]): string[] => {
    try {
      return readdirSync(join(root, ...parts)).filter(isResourceSegment)
    } catch {
      // What is no folder, or went away meanwhile, holds no secret.
      return []
    }
  }
  return below().flatMap((repository) =>
    below(repository).flatMap((type) =>
      below(repository, type)
        .map((tag) => `${repository}/${type}/${tag}`)
        .filter((name) => findFile(root, name) !== undefined),
    ),
  )
}
