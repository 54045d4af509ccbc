import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../errors.ts'

const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Reads a file that the configuration names.
 *
 * @param key the configuration key, for the error
 * @throws ServiceError SERVICE_FILE_UNREADABLE
 */
export function readNamedFile(path: string, key: string): string {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, key, (cause as Error).message, cause)
  }
}

/** The files that a path names: itself, or the `.json` files of the directory that it is. Never an empty list. */
export function listNamedFiles(path: string, key: string): string[] {
  let files: string[]
  try {
    if (!statSync(path).isDirectory()) return [path]
    files = readdirSync(path).filter((name) => name.endsWith('.json'))
  } catch (cause) {
    throw unreadable(path, key, (cause as Error).message, cause)
  }
  if (files.length === 0) throw unreadable(path, key, 'the directory holds no .json file')
  return files.sort().map((name) => join(path, name))
}

/**
 * Reads a named file and understands it.
 *
 * @throws ServiceError SERVICE_FILE_INVALID, carrying what the reader of the format said
 */
export function parseNamedFile<T>(path: string, key: string, parse: (text: string) => T): T {
  const text = readNamedFile(path, key)
  try {
    return parse(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new ServiceError('SERVICE_FILE_INVALID', `${key}: ${path}: ${cause.message}`, {
      cause,
      details: { ...cause.details, path: key, actual: path, reason: cause.code },
    })
  }
}

function unreadable(path: string, key: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError('SERVICE_FILE_UNREADABLE', `${key}: ${path} cannot be read: ${reason}`, {
    cause,
    details: { path: key, actual: path },
  })
}
