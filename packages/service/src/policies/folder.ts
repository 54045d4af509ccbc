/** Policies as files: what stands in the file is in force, from the next request on. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceError } from '../errors.ts'

const MAX_POLICY_BYTES = 4 * 1024 * 1024
const FILE = /^([A-Za-z0-9_-]{1,128})\.rego$/

/** The files of policies. */
export interface PolicyFiles {
  /** The file of an id, whether it is there or not; undefined where no folder is. */
  pathOf(id: string): string | undefined
  /** @throws ServiceError SERVICE_POLICY_FILE */
  read(id: string): { readonly path: string; readonly text: string; readonly changedAt: number } | undefined
  listIds(): string[]
  /** Writes the file of an id whole or not at all. */
  write(id: string, text: string): void
}

/**
 * @param folder holds `ID.rego` for each attestation policy
 * @param named files of single policies, by id
 */
export function openPolicyFiles(folder: string | undefined, named: Readonly<Record<string, string>> = {}): PolicyFiles {
  const pathOf = (id: string): string | undefined =>
    Object.hasOwn(named, id) ? named[id] : folder === undefined ? undefined : join(folder, `${id}.rego`)
  return {
    pathOf,
    read(id) {
      const path = pathOf(id)
      if (path === undefined) return undefined
      try {
        const { size, mtimeMs } = statSync(path)
        if (size > MAX_POLICY_BYTES) throw new Error(`larger than ${MAX_POLICY_BYTES} bytes`)
        return { path, text: readFileSync(path, 'utf8'), changedAt: Math.floor(mtimeMs / 1000) }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw unusable(path, cause)
      }
    },
    listIds() {
      const ids = Object.keys(named)
      try {
        if (folder !== undefined)
          ids.push(...readdirSync(folder).flatMap((name) => (FILE.exec(name)?.[1] ?? []) as string[] | string))
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(folder as string, cause)
      }
      return [...new Set(ids)].sort()
    },
    write(id, text) {
      const path = pathOf(id) as string
      const draft = `${path}.${randomUUID()}.draft`
      try {
        writeFileSync(draft, text, { mode: 0o644, flush: true })
        renameSync(draft, path)
      } catch (cause) {
        throw unusable(path, cause)
      }
    },
  }
}

function unusable(path: string, cause: unknown): ServiceError {
  return new ServiceError(
    'SERVICE_POLICY_FILE',
    `The policy file ${path} cannot be used: ${(cause as Error).message}`,
    {
      cause,
      details: { path },
    },
  )
}
