import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { CliError } from '../errors.ts'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'

/** What a file of reference values says, as members of a change. */
export type FileContent = { readonly message: object } | { readonly values: object }

const LIMIT_BYTES = 8 << 20

/**
 * Reads a file of reference values: a message (`{"type":…,"payload":…}`), or values by name as `{"tdx.mr_td": ["…"]}`.
 *
 * @throws CliError CLI_FILE_UNREADABLE, CLI_FILE_TOO_LARGE, CLI_UNFIT_INPUT
 */
export async function readReferenceFile(io: Io, path: string): Promise<FileContent> {
  const text = await readInput(io, path, LIMIT_BYTES)
  let value: unknown
  try {
    value = parseJson(decodeUtf8(text))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw unfit(path, cause.message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit(path, 'it is not a JSON object')
  const { type, payload } = value as { type?: unknown; payload?: unknown }
  return typeof type === 'string' && typeof payload === 'string' ? { message: value } : { values: value }
}

function unfit(path: string, why: string): CliError {
  return new CliError('CLI_UNFIT_INPUT', `${path} holds no reference values: ${why}`, {
    details: { path, expected: 'a reference value message, or an object of values by name' },
  })
}
