/** Reads big-endian TPM structures out of untrusted bytes, ending in this package's error whatever goes wrong. */
import { ByteCursor } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { EvidenceError } from '../../errors.ts'
import { TpmError } from '../codes.ts'

/** No structure here holds a member longer than this. */
const MOST_MEMBER_BYTES = 4096

/** A size-prefixed member (TPM2B_*). */
export function readSized(cursor: ByteCursor): Uint8Array {
  const size = cursor.u16be()
  if (size > MOST_MEMBER_BYTES) throw malformed('size', `at most ${MOST_MEMBER_BYTES}`, size)
  return cursor.take(size)
}

/**
 * Runs a reader over all of `bytes`; trailing bytes are refused.
 *
 * @throws EvidenceError TPM_STRUCTURE_MALFORMED, and what the reader throws of this package
 */
export function readStructure<T>(name: string, bytes: Uint8Array, read: (cursor: ByteCursor) => T): T {
  try {
    const cursor = new ByteCursor(bytes)
    const value = read(cursor)
    cursor.expectEnd()
    return value
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    throw new TpmError('TPM_STRUCTURE_MALFORMED', `The ${name} is malformed: ${cause.message}`, {
      details: { path: name },
      cause,
    })
  }
}

export function malformed(path: string, expected?: unknown, actual?: unknown): TpmError {
  return new TpmError('TPM_STRUCTURE_MALFORMED', undefined, { details: { path, expected, actual } })
}
