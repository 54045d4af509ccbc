import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../errors.ts'

const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Names under which collateral lies in a directory: bundles, certificates, revocation lists. */
const COLLATERAL_NAME = /\.(?:json|pem|der|crt|cer|cert|crl)$/

/**
 * Reads a file that the configuration names, as text.
 *
 * @param key the configuration key, for the error
 * @throws ServiceError SERVICE_FILE_UNREADABLE
 */
export function readNamedFile(path: string, key: string): string {
  return readNamedBytes(path, key).toString('utf8')
}

/** @throws ServiceError SERVICE_FILE_UNREADABLE */
function readNamedBytes(path: string, key: string): Buffer {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    return readFileSync(path)
  } catch (cause) {
    throw unreadable(path, key, (cause as Error).message, cause)
  }
}

/**
 * The files that a path names: itself, or the files of collateral in the directory that it is. Never an empty list.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE
 */
export function listNamedFiles(path: string, key: string): string[] {
  let files: string[]
  try {
    if (!statSync(path).isDirectory()) return [path]
    files = readdirSync(path).filter((name) => COLLATERAL_NAME.test(name))
  } catch (cause) {
    throw unreadable(path, key, (cause as Error).message, cause)
  }
  if (files.length === 0) throw unreadable(path, key, 'the directory holds no file of collateral')
  return files.sort().map((name) => join(path, name))
}

/**
 * Reads a named file and understands it.
 *
 * @throws ServiceError SERVICE_FILE_INVALID, carrying what the reader of the format said
 */
export function parseNamedFile<T>(path: string, key: string, parse: (text: string) => T): T {
  return parseNamedBytes(path, key, (bytes) => parse(new TextDecoder().decode(bytes)))
}

/**
 * Reads a named file of bytes and understands it.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function parseNamedBytes<T>(path: string, key: string, parse: (bytes: Uint8Array) => T): T {
  const bytes = new Uint8Array(readNamedBytes(path, key))
  try {
    return parse(bytes)
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
