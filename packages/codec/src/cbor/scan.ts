import { ByteCursor } from '../bytes/cursor.ts'
import { decodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import type { CborLimits } from './limits.ts'

/** Major types (RFC 8949 §3.1). */
const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const
const INDEFINITE = 31

/** A container that still misses items. */
interface Open {
  left: number
  readonly isMap: boolean
}

/**
 * Walks over one data item without recursion: every length is definite, every container and string ends within the bytes,
 * texts are UTF-8, map keys are integers or texts, and nothing follows. Throws `CODEC_CBOR_INVALID`, `CODEC_CBOR_LIMIT`,
 * `CODEC_UTF8_INVALID`, `CODEC_BYTES_*`.
 */
export function scanCbor(bytes: Uint8Array, { maxDepth, maxItems }: Required<CborLimits>): void {
  const cursor = new ByteCursor(bytes)
  const open: Open[] = [{ left: 1, isMap: false }]
  for (let items = 0; open.length > 0; items++) {
    if (items >= maxItems) throw exceeded('items', maxItems)
    const parent = open.at(-1)!
    const head = cursor.u8()
    const major = head >> 5
    if (parent.isMap && parent.left % 2 === 0 && ![MAJOR.unsigned, MAJOR.negative, MAJOR.text].includes(major as 0)) {
      throw invalid('A map key is neither an integer nor a text.', cursor.offset - 1)
    }
    parent.left--
    const size = readArgument(cursor, head & 0x1f, major)
    if (major === MAJOR.bytes) cursor.skip(size)
    else if (major === MAJOR.text) decodeUtf8(cursor.take(size))
    else if (major === MAJOR.tag) open.push({ left: 1, isMap: false })
    else if (major === MAJOR.array) open.push({ left: size, isMap: false })
    else if (major === MAJOR.map) open.push({ left: size * 2, isMap: true })
    if (open.length > maxDepth + 1) throw exceeded('depth', maxDepth)
    while (open.at(-1)?.left === 0) open.pop()
  }
  cursor.expectEnd()
}

/** The number behind the head. Containers cannot have more items than bytes are left. */
function readArgument(cursor: ByteCursor, info: number, major: number): number {
  const at = cursor.offset - 1
  if (info === INDEFINITE) throw invalid('A length is indefinite.', at)
  if (info > 27) throw invalid('A head is reserved.', at)
  const value = info < 24 ? info : readWide(cursor, info)
  if (major < MAJOR.bytes || major >= MAJOR.tag) return 0
  if (value > cursor.remaining) throw invalid('A length reaches beyond the end.', at)
  return value
}

function readWide(cursor: ByteCursor, info: number): number {
  if (info === 24) return cursor.u8()
  if (info === 25) return cursor.u16be()
  return info === 26 ? cursor.u32be() : Number(cursor.u64be())
}

function invalid(message: string, offset: number): CodecError {
  return new CodecError('CODEC_CBOR_INVALID', message, { details: { offset } })
}

function exceeded(path: string, expected: number): CodecError {
  return new CodecError('CODEC_CBOR_LIMIT', undefined, { details: { path, expected } })
}
