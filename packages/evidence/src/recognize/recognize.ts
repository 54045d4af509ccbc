import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { plainBytes } from '../dcap/quote/fields.ts'
import { EvidenceError } from '../errors.ts'
import { recognizeBinary } from './binary.ts'
import { decodeText, recognizeDocument } from './text.ts'
import type { Recognized, RecognizeLimits, Wrapping } from './types.ts'

const MAX_BYTES: number = 64 << 20
const MAX_TEXT_LENGTH: number = 16 << 20
/** Hex of base64 of JSON is the most that is met in practice. */
const MAX_WRAPPINGS = 3

/**
 * Says what kind of evidence or document an input is: a quote (raw, or as hex or base64 text), evidence JSON, a TD
 * report, a signed enclave, certificates, revocation lists, a token, or collateral.
 *
 * It goes by constants and members, so what it names may still be malformed: the parser of the kind says so. Nothing is
 * verified. The input is wrapped in at most three encodings.
 *
 * @throws EvidenceError `EVIDENCE_BYTES_EMPTY`, `EVIDENCE_SIZE_EXCESSIVE`, `EVIDENCE_KIND_UNKNOWN`, and for texts that
 * begin as PEM, JSON or evidence and do not hold `EVIDENCE_ENCODING_INVALID` and `EVIDENCE_JSON_INVALID`.
 * @example
 * const found = recognizeEvidence(file)
 * if (found.kind === 'dcap-quote') parseQuote(found.bytes)
 */
export function recognizeEvidence(input: Uint8Array | string, limits: RecognizeLimits = {}): Recognized {
  const { maxBytes = MAX_BYTES } = limits
  if (input.length === 0) throw new EvidenceError('EVIDENCE_BYTES_EMPTY')
  if (input.length > maxBytes) throw excessive(maxBytes, input.length)
  const content = typeof input === 'string' ? recognizeText(input, []) : recognizeBytes(plainBytes(input), [])
  if (content === undefined) throw new EvidenceError('EVIDENCE_KIND_UNKNOWN')
  return content
}

function recognizeBytes(bytes: Uint8Array, wrappings: readonly Wrapping[]): Recognized | undefined {
  const text = readText(bytes)
  if (text !== undefined) return recognizeText(text, wrappings)
  const content = recognizeBinary(bytes)
  return content === undefined ? undefined : { ...content, wrappings }
}

function recognizeText(input: string, wrappings: readonly Wrapping[]): Recognized | undefined {
  if (input.length > MAX_TEXT_LENGTH) throw excessive(MAX_TEXT_LENGTH, input.length)
  const text = input.replace(/^\ufeff/, '').trim()
  if (text === '') {
    if (wrappings.length === 0) throw new EvidenceError('EVIDENCE_BYTES_EMPTY')
    return undefined
  }
  const document = recognizeDocument(text)
  if (document !== undefined) return { ...document, wrappings }
  if (wrappings.length === MAX_WRAPPINGS) return undefined
  for (const { wrapping, bytes } of decodeText(text)) {
    const found = recognizeBytes(bytes, [...wrappings, wrapping])
    if (found !== undefined) return found
  }
  return undefined
}

/** The bytes as text, if they are UTF-8 without control characters: every binary format known here holds some. */
function readText(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return undefined
  }
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    return undefined
  }
}

function excessive(expected: number, actual: number): EvidenceError {
  return new EvidenceError('EVIDENCE_SIZE_EXCESSIVE', undefined, { details: { path: 'input', expected, actual } })
}
