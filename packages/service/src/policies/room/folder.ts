/** Policies as files: what stands in the file is in force, from the next request on. */
import { randomUUID } from 'node:crypto'
import { accessSync, constants, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../../errors.ts'

const MAX_POLICY_BYTES = 4 * 1024 * 1024
const FILE = /^([A-Za-z0-9_-]{1,128})\.rego$/

/** A policy file as it is now. */
export interface PolicyFile {
  readonly path: string
  readonly text: string
  /** When it became what it is, epoch seconds. */
  readonly changedAt: number
}

/** The files of policies. */
export interface PolicyFiles {
  /** @throws ServiceError SERVICE_POLICY_FILE */
  read(id: string): PolicyFile | undefined
  listIds(): string[]
  /** Writes the file of an id whole or not at all. */
  write(id: string, text: string): void
  /** Finds out before something is changed whether the file could follow. @throws ServiceError SERVICE_POLICY_FILE */
  expectWritable(id: string): void
}

/**
 * @param folder holds `ID.rego` for each attestation policy
 * @param named files of single policies, by id
 */
export function openPolicyFiles(folder: string, named: Readonly<Record<string, string>> = {}): PolicyFiles {
  const pathOf = (id: string): string => (Object.hasOwn(named, id) ? (named[id] as string) : join(folder, `${id}.rego`))
  return {
    read(id) {
      const path = pathOf(id)
      try {
        // Most policies have no file, and an error that is thrown costs more than the look.
        const stat = statSync(path, { throwIfNoEntry: false })
        if (stat === undefined) return undefined
        const { size, ctimeMs } = stat
        if (size > MAX_POLICY_BYTES) throw new Error(`larger than ${MAX_POLICY_BYTES} bytes`)
        return { path, text: decodeUtf8(readFileSync(path)), changedAt: Math.floor(ctimeMs / 1000) }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw unusable(path, cause)
      }
    },
    listIds() {
      try {
        const ids = readdirSync(folder).flatMap((name) => FILE.exec(name)?.[1] ?? [])
        return [...new Set([...Object.keys(named), ...ids])].sort()
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return Object.keys(named).sort()
        throw unusable(folder, cause)
      }
    },
    write(id, text) {
      const path = pathOf(id)
      const draft = `${path}.${randomUUID()}.draft`
      try {
        writeFileSync(draft, text, { mode: 0o644, flush: true })
        renameSync(draft, path)
      } catch (cause) {
        rmSync(draft, { force: true })
        throw unusable(path, cause)
      }
    },
    expectWritable(id) {
      const path = pathOf(id)
      try {
        accessSync(path, constants.W_OK)
        accessSync(dirname(path), constants.W_OK)
      } catch (cause) {
        throw unusable(path, cause)
      }
    },
  }
}

/** A file that cannot be used refuses whatever would be decided by it. Machines are told its name, the log its place. */
export function unusable(path: string, cause: unknown): ServiceError {
  return new ServiceError(
    'SERVICE_POLICY_FILE',
    `The policy file ${basename(path)} cannot be used: ${describe(cause)}`,
    { cause, details: { path } },
  )
}

/** What the system says of a file names its place too; its code does not. */
function describe(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  return isCodedError(cause) || code === undefined ? message : code
}
