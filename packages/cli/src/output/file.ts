/** Writing results to files: whole under their final name, or not at all. */
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { CliError } from '../errors.ts'

export interface OutputOptions {
  /** Permissions of a new file, default 0666 less the umask. A file that is replaced hands on its own. */
  readonly mode?: number
  /** Refuse to replace a file. */
  readonly isNew?: boolean
}

/** File systems without hard links say one of these. */
const LINKLESS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/**
 * Writes a file under a name of its own first, and gives it its final name when it is whole. Nothing can come between, not
 * even Ctrl-C: the calls are synchronous. A symbolic link at the final name is replaced, not followed; a device or a pipe
 * is written to as it is.
 *
 * @throws CliError CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE
 */
export function writeOutput(path: string, content: Uint8Array | string, options: OutputOptions = {}): void {
  const there = statOf(path)
  if (options.isNew) expectAbsent(path)
  const draft = `${path}.${randomUUID()}.part`
  try {
    if (there !== undefined && !there.isFile()) {
      writeFileSync(path, content)
      return
    }
    writeFileSync(draft, content, { flag: 'wx', ...(options.mode === undefined ? {} : { mode: options.mode }) })
    if (there !== undefined) chmodSync(draft, there.mode & 0o777)
    if (options.isNew) nameNew(draft, path)
    else renameSync(draft, path)
  } catch (cause) {
    throw describeFailure(path, cause as NodeJS.ErrnoException)
  } finally {
    if (statOf(draft) !== undefined) rmSync(draft, { force: true })
  }
}

/**
 * Refuses a name that is taken, before anything is done for it.
 *
 * @throws CliError CLI_FILE_EXISTS
 */
export function expectAbsent(path: string): void {
  if (statOf(path) !== undefined) throw taken(path)
}

/**
 * Makes a folder and those above it.
 *
 * @throws CliError CLI_FILE_UNWRITABLE
 */
export function makeFolder(path: string): void {
  // Level by level: the runtime's own recursion never ends below a folder that takes no entries, such as /proc.
  const missing: string[] = []
  for (let at = path; statOf(at) === undefined; at = dirname(at)) missing.unshift(at)
  try {
    for (const folder of missing) if (statOf(folder) === undefined) mkdirSync(folder)
  } catch (cause) {
    throw describeFailure(path, cause as NodeJS.ErrnoException)
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw describeFailure(path, cause as NodeJS.ErrnoException)
  }
}

/** A link fails where the name is taken, at the very moment of giving it. */
function nameNew(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (cause) {
    if (!LINKLESS.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    copyFileSync(draft, path, constants.COPYFILE_EXCL)
  }
}

function taken(path: string): CliError {
  return new CliError('CLI_FILE_EXISTS', `${path} exists already and stays as it is.`, { details: { path } })
}

function describeFailure(path: string, cause: NodeJS.ErrnoException): CliError {
  if (cause.code === 'EEXIST') return taken(path)
  return new CliError('CLI_FILE_UNWRITABLE', `${path} cannot be written (${cause.code ?? cause.message})`, {
    details: { path },
    cause,
  })
}
