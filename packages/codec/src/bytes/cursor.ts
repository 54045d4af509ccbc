import { CodecError } from '../errors.ts'

/**
 * Reads fixed layouts from untrusted bytes. Every read is checked against the end and throws `CODEC_BYTES_TRUNCATED`;
 * the offset in the error counts from the start of the array the cursor was made on.
 */
export class ByteCursor {
  readonly bytes: Uint8Array
  readonly end: number
  #view: DataView
  #offset: number

  /** Reads `bytes` from `offset` (default 0) up to `end` (default all). */
  constructor(bytes: Uint8Array, offset: number = 0, end: number = bytes.length) {
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(end) && offset >= 0 && offset <= end)) {
      throw new CodecError('CODEC_BYTES_RANGE', 'A cursor starts between 0 and its end.', { details: { offset, end } })
    }
    if (end > bytes.length) throw truncated(0, end, bytes.length)
    this.bytes = bytes
    this.end = end
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.end - this.#offset
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16le(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  u16be(): number {
    return this.#view.getUint16(this.#advance(2), false)
  }

  u32le(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  u32be(): number {
    return this.#view.getUint32(this.#advance(4), false)
  }

  u64le(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  u64be(): bigint {
    return this.#view.getBigUint64(this.#advance(8), false)
  }

  /** The next `count` bytes as a view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count)
    return this.bytes.subarray(start, start + count)
  }

  /** Everything that is left, as a view. */
  takeRest(): Uint8Array {
    return this.take(this.remaining)
  }

  skip(count: number): void {
    this.#advance(count)
  }

  /** The next `count` bytes as a view, without moving. */
  peek(count: number): Uint8Array {
    this.#check(count)
    return this.bytes.subarray(this.#offset, this.#offset + count)
  }

  peekU8(): number {
    this.#check(1)
    return this.#view.getUint8(this.#offset)
  }

  peekU32le(): number {
    this.#check(4)
    return this.#view.getUint32(this.#offset, true)
  }

  /** A cursor over the next `count` bytes, which this one skips. */
  sub(count: number): ByteCursor {
    const start = this.#advance(count)
    return new ByteCursor(this.bytes, start, start + count)
  }

  /** Throws `CODEC_BYTES_TRAILING` unless everything was read. */
  expectEnd(): void {
    if (this.#offset !== this.end) {
      throw new CodecError('CODEC_BYTES_TRAILING', undefined, {
        details: { offset: this.#offset, expected: 0, actual: this.remaining },
      })
    }
  }

  #check(count: number): void {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new CodecError('CODEC_BYTES_RANGE', 'A length is a whole number of bytes.', { details: { actual: count } })
    }
    if (count > this.end - this.#offset) throw truncated(this.#offset, count, this.remaining)
  }

  #advance(count: number): number {
    this.#check(count)
    const start = this.#offset
    this.#offset = start + count
    return start
  }
}

function truncated(offset: number, expected: number, actual: number): CodecError {
  return new CodecError('CODEC_BYTES_TRUNCATED', undefined, { details: { offset, expected, actual } })
}
