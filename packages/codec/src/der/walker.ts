import { CodecError } from '../errors.ts'

/**
 * Steps over tag-length-value elements in place, without allocating: the ground under {@link DerReader} and under long
 * lists. After `step()` the fields describe the element; `start`…`end` are absolute offsets into `bytes`.
 */
export class DerWalker {
  readonly bytes: Uint8Array
  /** Where the next element begins. */
  offset: number
  readonly limit: number
  tag = 0
  start = 0
  contentStart = 0
  end = 0

  constructor(bytes: Uint8Array, offset: number, limit: number) {
    this.bytes = bytes
    this.offset = offset
    this.limit = limit
  }

  get atEnd(): boolean {
    return this.offset === this.limit
  }

  /** Reads one header and moves behind the element. Definite, minimal lengths below 2^31 only. */
  step(): void {
    const { bytes, limit } = this
    const start = this.offset
    if (limit - start < 2) throw invalid('The element ends within its header.', start)
    const tag = bytes[start]!
    if ((tag & 0x1f) === 0x1f) throw invalid('Tag numbers of 31 and above are not supported.', start)
    if (tag === 0) throw invalid('An element has the reserved tag 0.', start)
    let length = bytes[start + 1]!
    let contentStart = start + 2
    if (length >= 0x80) {
      const count = length & 0x7f
      if (count === 0) throw invalid('Indefinite lengths are not DER.', start)
      if (count > 4) throw invalid('The length of the element is too large.', start)
      if (limit - contentStart < count) throw invalid('The element ends within its header.', start)
      length = 0
      for (let i = 0; i < count; i++) length = length * 256 + bytes[contentStart + i]!
      contentStart += count
      if (length < 0x80 || length < 256 ** (count - 1)) throw invalid('The length is not in its shortest form.', start)
    }
    if (length > limit - contentStart) throw invalid('The element is longer than what holds it.', start)
    this.tag = tag
    this.start = start
    this.contentStart = contentStart
    this.end = contentStart + length
    this.offset = this.end
  }

  /** As {@link step}, and the element must have this identifier octet. */
  expect(tag: number): void {
    this.step()
    if (this.tag !== tag) throw unexpected(tag, this.tag, this.start)
  }

  /** Moves into the element just stepped on: a walker over its content. */
  inside(): DerWalker {
    return new DerWalker(this.bytes, this.contentStart, this.end)
  }

  expectEnd(): void {
    if (this.offset !== this.limit) {
      throw new CodecError('CODEC_DER_TRAILING', undefined, { details: { offset: this.offset } })
    }
  }
}

/** The error for DER that is malformed at an offset. */
export function invalid(message: string, offset: number): CodecError {
  return new CodecError('CODEC_DER_INVALID', message, { details: { offset } })
}

/** The error for another tag than the one that belongs there. */
export function unexpected(expected: number, actual: number | undefined, offset: number): CodecError {
  return new CodecError('CODEC_DER_UNEXPECTED', undefined, {
    details: { offset, expected: tagText(expected), actual: actual === undefined ? 'end' : tagText(actual) },
  })
}

function tagText(tag: number): string {
  return `tag 0x${tag.toString(16).padStart(2, '0')}`
}
