import { AppraisalError } from '@veritee/appraisal'
import {
  addMonths,
  checkReferenceName,
  createContent,
  extractReferences,
  type JsonValue,
  parseReferenceMessage,
  parseTime,
  type ReferenceRecord,
} from '@veritee/appraisal/references'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import type { PublicKey } from '@veritee/codec/signature'
import type { SetChange } from '../types.ts'
import { CHANGE_BODY, type ChangeInput, PREVIEW_BODY } from './schemas.ts'

export interface ChangeReader {
  /** Epoch seconds. */
  readonly now: number
  readonly keys: readonly PublicKey[]
}

/**
 * Reads the body of a change or a preview.
 *
 * @throws AppraisalError REFERENCE_CHANGE_INVALID, and what a message in it raises
 */
export async function parseChangeBody(
  body: Uint8Array,
  purpose: 'change' | 'preview',
  reader: ChangeReader,
): Promise<{ change: SetChange; reason: string }> {
  const parsed = (purpose === 'change' ? CHANGE_BODY : PREVIEW_BODY).safeParse(readValue(body))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(issue?.path.join('.') ?? '', issue?.message)
  }
  const { change, reason = 'preview' } = parsed.data
  return { change: await readChange(change, reader), reason }
}

function readValue(body: Uint8Array): unknown {
  try {
    return parseJson(decodeUtf8(body))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw invalid('', cause.message)
  }
}

function invalid(path: string, message?: string): AppraisalError {
  return new AppraisalError(
    'REFERENCE_CHANGE_INVALID',
    message === undefined ? undefined : `${path || 'The body'}: ${message}`,
    {
      details: { path },
    },
  )
}

const place = (path: string) => ({ code: 'REFERENCE_CHANGE_INVALID', path }) as const

async function readChange(input: ChangeInput, reader: ChangeReader): Promise<SetChange> {
  switch (input.operation) {
    case 'merge':
    case 'replace':
    case 'replace-all':
      return { operation: input.operation, records: await readRecords(input, reader) }
    case 'delete':
      return { operation: 'delete', names: input.names }
    case 'revoke':
    case 'reinstate': {
      const { operation, name, values } = input
      return { operation, name, ...(values === undefined ? {} : { values: values as JsonValue[] }) }
    }
    case 'describe': {
      const { tee, description, validUntil } = input
      return {
        operation: 'describe',
        ...(tee === undefined ? {} : { tee }),
        ...(description === undefined ? {} : { description }),
        ...(validUntil === undefined
          ? {}
          : { expiresAt: validUntil === null ? null : parseTime(validUntil, place('change.validUntil')) }),
      }
    }
    case 'restore':
      return { operation: 'restore', version: input.version }
  }
}

type Incoming = Extract<ChangeInput, { operation: 'merge' | 'replace' | 'replace-all' }>

async function readRecords(
  { message, values, validUntil }: Incoming,
  { now, keys }: ChangeReader,
): Promise<ReferenceRecord[]> {
  if ((message === undefined) === (values === undefined)) throw invalid('change', 'give either message or values.')
  if (message !== undefined) {
    if (validUntil !== undefined) throw invalid('change.validUntil', 'a message sets its own expiry.')
    return extractReferences(parseReferenceMessage(message), { now, keys })
  }
  const expiresAt = validUntil === undefined ? addMonths(now) : parseTime(validUntil, place('change.validUntil'))
  return Object.entries(values ?? {}).map(([name, value]) => ({
    name: checkReferenceName(name, 'change.values'),
    expiresAt,
    content: createContent(value as JsonValue),
  }))
}
