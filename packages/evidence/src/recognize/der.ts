import type { RecognizedContent } from './types.ts'

const SEQUENCE = 0x30
const INTEGER = 0x02
const VERSION = 0xa0

/**
 * Recognises one DER certificate or revocation list by its first elements: both are a sequence in a sequence; a version 3
 * certificate then states its version in a tag of its own, a version 2 list as an integer before the algorithm.
 */
export function recognizeDer(bytes: Uint8Array): RecognizedContent | undefined {
  const outer = readSequenceHeader(bytes, 0)
  if (outer === undefined || outer.end !== bytes.length) return undefined
  const inner = readSequenceHeader(bytes, outer.start)
  if (inner === undefined || inner.end >= bytes.length) return undefined
  const at = inner.start
  if (bytes[at] === VERSION) return { kind: 'x509', certificates: [bytes], crls: [] }
  const isList = bytes[at] === INTEGER && bytes[at + 1] === 1 && bytes[at + 2] === 1 && bytes[at + 3] === SEQUENCE
  return isList ? { kind: 'x509', certificates: [], crls: [bytes] } : undefined
}

/** Start and end of the content of a sequence with a definite length of up to four bytes. */
function readSequenceHeader(bytes: Uint8Array, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1]
  if (bytes[at] !== SEQUENCE || first === undefined) return undefined
  if (first < 0x80) return { start: at + 2, end: at + 2 + first }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + 2 + count > bytes.length) return undefined
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + bytes[at + 2 + i]!
  return { start: at + 2 + count, end: at + 2 + count + length }
}
