/** A bounded reader of CBOR with tags: manifests say by tag what a value is. Definite lengths, shortest heads, no repeated key. */
import { decodeUtf8 } from '@veritee/codec/bytes'

/** Thrown for what is not well-formed, or too much. */
export class CborSyntaxError extends Error {}

/** A value with the number that says what it is. */
export class Tagged {
  readonly tag: number
  readonly value: TaggedValue

  constructor(tag: number, value: TaggedValue) {
    this.tag = tag
    this.value = value
  }
}

export type TaggedValue = null | boolean | number | string | Uint8Array | readonly TaggedValue[] | TaggedMap | Tagged
/** Keys are integers or texts. */
export type TaggedMap = ReadonlyMap<number | string, TaggedValue>

const MAX_DEPTH = 32
const MAX_ITEMS = 100_000

/** @throws CborSyntaxError; CodecError for text that is not UTF-8 */
export function decodeTaggedCbor(bytes: Uint8Array): TaggedValue {
  const reader = new Reader(bytes)
  const value = reader.read(0)
  if (reader.offset !== bytes.length) throw new CborSyntaxError('Bytes are left over after the end.')
  return value
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #items = 0
  offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  read(depth: number): TaggedValue {
    if (depth > MAX_DEPTH || ++this.#items > MAX_ITEMS)
      throw new CborSyntaxError('There is too much inside each other.')
    const head = this.#take(1)[0] as number
    const major = head >> 5
    if (major === 7) return readSimple(head)
    const count = this.#readCount(head & 31)
    switch (major) {
      case 0:
        return count
      case 1:
        return -1 - count
      case 2:
        return this.#take(count)
      case 3:
        return decodeUtf8(this.#take(count))
      case 4:
        return this.#repeat(count, () => this.read(depth + 1))
      case 5:
        return this.#readMap(count, depth)
      default:
        return new Tagged(count, this.read(depth + 1))
    }
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.offset) throw new CborSyntaxError('The bytes end early.')
    this.offset += count
    return this.#bytes.subarray(this.offset - count, this.offset)
  }

  #readCount(short: number): number {
    if (short < 24) return short
    if (short > 27) throw new CborSyntaxError('A length is open or reserved.')
    const width = 1 << (short - 24)
    const at = this.offset
    this.#take(width)
    const view = this.#view
    const value =
      width === 1
        ? view.getUint8(at)
        : width === 2
          ? view.getUint16(at)
          : width === 4
            ? view.getUint32(at)
            : Number(view.getBigUint64(at))
    const least = width === 1 ? 24 : 2 ** (8 * (width >> 1))
    if (value < least || !Number.isSafeInteger(value))
      throw new CborSyntaxError('A number is not in its shortest form, or too large.')
    return value
  }

  #repeat<T>(count: number, read: () => T): T[] {
    // Each item takes a byte at least: a count beyond the rest is refused before anything is made of it.
    if (count > this.#bytes.length - this.offset) throw new CborSyntaxError('The bytes end early.')
    return Array.from({ length: count }, read)
  }

  #readMap(count: number, depth: number): TaggedMap {
    const map = new Map<number | string, TaggedValue>()
    this.#repeat(count, () => {
      const key = this.read(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string')
        throw new CborSyntaxError('A key is neither number nor text.')
      if (map.has(key)) throw new CborSyntaxError('A key stands twice.')
      map.set(key, this.read(depth + 1))
    })
    return map
  }
}

function readSimple(head: number): TaggedValue {
  if (head === 0xf4) return false
  if (head === 0xf5) return true
  if (head === 0xf6) return null
  throw new CborSyntaxError('There is a simple value or a float that manifests do not have.')
}
