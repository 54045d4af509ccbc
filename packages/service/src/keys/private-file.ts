import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ServiceError } from '../errors.ts'

const MAX_KEY_FILE_BYTES = 64 * 1024

/**
 * Makes a directory that only this user can use, or checks one that is there: others may not write in it.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS, SERVICE_FILE_UNREADABLE
 */
export function claimPrivateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new ServiceError(
      'SERVICE_FILE_UNREADABLE',
      `The directory ${path} cannot be made: ${(cause as NodeJS.ErrnoException).code}.`,
      {
        cause,
        details: { path },
      },
    )
  }
  const mode = statSync(path).mode & 0o777
  if (mode & 0o022) throw tooWide('Other users may replace files', path, '0700', mode, '700')
}

/**
 * Reads a file that holds something private.
 *
 * @returns undefined when there is no such file
 * @throws ServiceError SERVICE_KEY_PERMISSIONS when others may read or write it, SERVICE_FILE_UNREADABLE
 */
export function readPrivateFile(path: string): string | undefined {
  return readBoundedFile(path, (mode) => {
    if (mode & 0o177) throw tooWide('Other users may use a private key', path, '0600', mode, '600')
  })
}

/**
 * Reads a file that anyone may read but only this user may change.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS when others may write it, SERVICE_FILE_UNREADABLE, also when it is absent
 */
export function readGuardedFile(path: string): string {
  const content = readBoundedFile(path, (mode) => {
    if (mode & 0o022) throw tooWide('Other users may replace a key', path, '0644', mode, '644')
  })
  if (content === undefined) throw unreadable(path)
  return content
}

function readBoundedFile(path: string, checkMode: (mode: number) => void): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, cause)
  }
  try {
    const { mode, size } = fstatSync(descriptor)
    checkMode(mode & 0o777)
    if (size > MAX_KEY_FILE_BYTES)
      throw new ServiceError('SERVICE_KEY_INVALID', `The key file ${path} is too large.`, { details: { path } })
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a file whole or not at all, and never over another one.
 *
 * @returns false when the file was there already, also when another process made it at the same moment
 */
export function createFile(path: string, content: string, mode: number): boolean {
  const draft = `${path}.${randomUUID()}.draft`
  const descriptor = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    closeSync(descriptor)
    unlinkSync(draft)
  }
  syncDirectory(dirname(path))
  return true
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function unreadable(path: string, cause?: unknown): ServiceError {
  return new ServiceError('SERVICE_FILE_UNREADABLE', `The key file ${path} cannot be read.`, {
    cause,
    details: { path },
  })
}

function tooWide(what: string, path: string, expected: string, mode: number, chmod: string): ServiceError {
  return new ServiceError('SERVICE_KEY_PERMISSIONS', `${what}: run chmod ${chmod} ${path}`, {
    details: { path, expected, actual: `0${mode.toString(8)}` },
  })
}
