/** Reading a file of expectations, TOML or JSON. */
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { parse as parseToml, TomlError } from 'smol-toml'
import { AppraisalError } from '../errors.ts'
import { parseExpectationsValue } from './parse.ts'
import type { Expectations } from './types.ts'

const MAX_BYTES = 1 << 20

/**
 * Reads expectations from the text of a file: JSON if it begins with a brace, else TOML.
 *
 * Throws as `parseExpectationsValue`, and APPRAISAL_EXPECTATIONS_INVALID for text that is neither.
 *
 * @example
 * parseExpectations('allow_debug = false\n[claims]\n"tdx.quote.body.mr_td" = "91eb…"')
 */
export function parseExpectations(file: string | Uint8Array): Expectations {
  if (file.length > MAX_BYTES) throw malformed(`at most ${MAX_BYTES} bytes`, `${file.length} bytes`)
  const text = readText(file)
  if (text.trim() === '')
    throw new AppraisalError('APPRAISAL_EXPECTATIONS_EMPTY', undefined, { details: { path: 'file' } })
  return parseExpectationsValue(text.trimStart().startsWith('{') ? readJson(text) : readToml(text))
}

function readText(file: string | Uint8Array): string {
  try {
    return (typeof file === 'string' ? file : decodeUtf8(file)).replace(/^\ufeff/, '')
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw malformed('UTF-8 text', cause.message, cause)
  }
}

function readJson(text: string): unknown {
  try {
    return parseJson(text, { maxDepth: 20, maxValues: 100_000 })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw malformed('JSON', cause.message, cause)
  }
}

function readToml(text: string): unknown {
  try {
    return parseToml(text, { maxDepth: 20 })
  } catch (cause) {
    // The first line of the message says what is wrong; the rest shows the text around it.
    if (cause instanceof TomlError)
      throw malformed('TOML', `line ${cause.line}: ${cause.message.split('\n')[0]}`, cause)
    throw malformed('TOML', cause instanceof Error ? cause.message : 'other text', cause)
  }
}

function malformed(expected: string, actual: string, cause?: unknown): AppraisalError {
  return new AppraisalError('APPRAISAL_EXPECTATIONS_INVALID', undefined, {
    details: { path: 'file', expected, actual },
    ...(cause === undefined ? {} : { cause }),
  })
}
