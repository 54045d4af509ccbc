import { CodecError } from '../errors.ts'
import { contextTag, TAG } from './tags.ts'
import { checkInteger, decodeOid, decodeText, decodeTime, type Oid } from './values.ts'
import { DerWalker, invalid, unexpected } from './walker.ts'

/** Bounds on what is read. */
export interface DerLimits {
  /** Deepest nesting of readers; 32 by default. */
  readonly maxDepth?: number
  /** Most elements read in all; 100,000 by default. */
  readonly maxElements?: number
}

/** One element: its identifier octet, its content, and the whole of it with its header. Views, not copies. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
  readonly bytes: Uint8Array
}

interface Budget {
  readonly maxDepth: number
  readonly maxElements: number
  elements: number
}

/**
 * Reads strict DER (X.690): definite lengths in their shortest form, shortest integers, one form of each boolean. Reads
 * one element after the other; what is constructed is entered by another reader that shares the limits. Nothing is
 * skipped: call {@link DerReader.expectEnd} where a structure ends. Throws `CODEC_DER_*`.
 */
export class DerReader {
  readonly #walker: DerWalker
  readonly #depth: number
  readonly #budget: Budget

  constructor(
    bytes: Uint8Array,
    limits: DerLimits = {},
    parent?: { walker: DerWalker; depth: number; budget: Budget },
  ) {
    this.#walker = parent?.walker ?? new DerWalker(bytes, 0, bytes.length)
    this.#depth = parent?.depth ?? 0
    this.#budget = parent?.budget ?? {
      maxDepth: limits.maxDepth ?? 32,
      maxElements: limits.maxElements ?? 100_000,
      elements: 0,
    }
  }

  get atEnd(): boolean {
    return this.#walker.atEnd
  }

  /** Identifier octet of the next element, or undefined at the end. */
  peekTag(): number | undefined {
    return this.atEnd ? undefined : this.#walker.bytes[this.#walker.offset]
  }

  /** The next element, whatever it is, or of the tag given. */
  read(tag?: number): DerElement {
    this.#step(tag)
    const { bytes, start, contentStart, end } = this.#walker
    return {
      tag: this.#walker.tag,
      content: bytes.subarray(contentStart, end),
      bytes: bytes.subarray(start, end),
    }
  }

  /** The next element without moving past it. */
  peek(tag?: number): DerElement {
    const { offset } = this.#walker
    const element = this.read(tag)
    this.#walker.offset = offset
    return element
  }

  /** The next element if it has this tag. */
  readOptional(tag: number): DerElement | undefined {
    return this.peekTag() === tag ? this.read(tag) : undefined
  }

  /** Enters the next element, which must be constructed and of this tag. */
  enter(tag: number): DerReader {
    this.#step(tag)
    return this.#nested()
  }

  readSequence(): DerReader {
    return this.enter(TAG.sequence)
  }

  readSet(): DerReader {
    return this.enter(TAG.set)
  }

  /** Enters the explicit context tag `number`. */
  readExplicit(number: number): DerReader {
    return this.enter(contextTag(number, true))
  }

  /** Enters the explicit context tag `number` if it comes next. */
  readOptionalExplicit(number: number): DerReader | undefined {
    return this.peekTag() === contextTag(number, true) ? this.readExplicit(number) : undefined
  }

  /** Content of an INTEGER: two's complement in its shortest form. */
  readIntegerBytes(tag: number = TAG.integer): Uint8Array {
    this.#step(tag)
    const { bytes, contentStart, end } = this.#walker
    checkInteger(bytes, contentStart, end)
    return bytes.subarray(contentStart, end)
  }

  /** Magnitude of an INTEGER without its sign byte; a negative one is refused. */
  readUnsignedBytes(): Uint8Array {
    const content = this.readIntegerBytes()
    if (content[0]! >= 0x80) throw invalid('An integer is negative.', this.#walker.start)
    return content.length > 1 && content[0] === 0 ? content.subarray(1) : content
  }

  /** Value of an INTEGER of at most 128 bytes. */
  readInteger(): bigint {
    const content = this.readIntegerBytes()
    if (content.length > 128) throw invalid('An integer is too long to be a number here.', this.#walker.start)
    let value = 0n
    for (const byte of content) value = (value << 8n) | BigInt(byte)
    return BigInt.asIntN(content.length * 8, value)
  }

  /** Value of an INTEGER (or of another tag encoded as one) within `minimum`…`maximum`, 0…2^48 by default. */
  readSmallInteger(minimum: number = 0, maximum: number = 2 ** 48, tag: number = TAG.integer): number {
    const content = this.readIntegerBytes(tag)
    let value = content[0]! >= 0x80 ? -1 : 0
    if (content.length <= 6) for (const byte of content) value = value * 256 + byte
    else value = Number.NaN
    if (!(value >= minimum && value <= maximum)) {
      throw new CodecError('CODEC_DER_UNEXPECTED', 'An integer is out of its range.', {
        details: { offset: this.#walker.start, expected: `${minimum} to ${maximum}`, actual: value },
      })
    }
    return value
  }

  readEnumerated(maximum: number = 0x7fffffff): number {
    return this.readSmallInteger(0, maximum, TAG.enumerated)
  }

  readBoolean(): boolean {
    this.#step(TAG.boolean)
    const { bytes, contentStart, end } = this.#walker
    const byte = bytes[contentStart]
    if (end - contentStart !== 1 || (byte !== 0 && byte !== 0xff))
      throw invalid('A boolean is malformed.', contentStart)
    return byte === 0xff
  }

  readNull(): void {
    this.#step(TAG.null)
    if (this.#walker.end !== this.#walker.contentStart) throw invalid('A null has content.', this.#walker.start)
  }

  readOid(): Oid {
    this.#step(TAG.oid)
    return decodeOid(this.#walker.bytes, this.#walker.contentStart, this.#walker.end)
  }

  readOctetString(): Uint8Array {
    return this.read(TAG.octetString).content
  }

  /** Bits of a BIT STRING; the unused ones must be zero. */
  readBitString(tag: number = TAG.bitString): { readonly unusedBits: number; readonly bytes: Uint8Array } {
    const { content } = this.read(tag)
    const unusedBits = content[0]
    const last = content[content.length - 1]
    if (
      unusedBits === undefined ||
      unusedBits > 7 ||
      (content.length === 1 && unusedBits !== 0) ||
      (last! & ((1 << unusedBits) - 1)) !== 0
    ) {
      // A lone count byte is its own "last byte": zero passes, anything else was refused above.
      throw invalid('A bit string is malformed.', this.#walker.start)
    }
    return { unusedBits, bytes: content.subarray(1) }
  }

  /** Content of a BIT STRING of whole bytes. */
  readBitStringBytes(): Uint8Array {
    const { unusedBits, bytes } = this.readBitString()
    if (unusedBits !== 0) throw invalid('A bit string is not made of whole bytes.', this.#walker.start)
    return bytes
  }

  /** Epoch seconds of a UTCTime or GeneralizedTime. */
  readTime(): number {
    const tag = this.peekTag()
    if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw unexpected(TAG.utcTime, tag, this.#walker.offset)
    this.#step(tag)
    return decodeTime(this.#walker.bytes, tag, this.#walker.contentStart, this.#walker.end)
  }

  /** Text of a UTF8String, PrintableString, IA5String, VisibleString, T61String, BMPString or UniversalString. */
  readText(): string {
    this.#step(undefined)
    const { bytes, tag, contentStart, end } = this.#walker
    const text = decodeText(bytes, tag, contentStart, end)
    if (text === undefined) throw unexpected(TAG.utf8String, tag, this.#walker.start)
    return text
  }

  /** Throws `CODEC_DER_TRAILING` unless everything was read. */
  expectEnd(): void {
    this.#walker.expectEnd()
  }

  #step(tag: number | undefined): void {
    if (++this.#budget.elements > this.#budget.maxElements) throw exceeded('elements', this.#budget.maxElements)
    if (this.#walker.atEnd && tag !== undefined) throw unexpected(tag, undefined, this.#walker.offset)
    if (tag === undefined) this.#walker.step()
    else this.#walker.expect(tag)
  }

  #nested(): DerReader {
    const depth = this.#depth + 1
    if (depth > this.#budget.maxDepth) throw exceeded('depth', this.#budget.maxDepth)
    const walker = this.#walker.inside()
    return new DerReader(walker.bytes, {}, { walker, depth, budget: this.#budget })
  }
}

/** Reads one element that fills the bytes: runs `read` on it and refuses what is left over, outside or inside. */
export function readDer<T>(bytes: Uint8Array, read: (sequence: DerReader) => T, limits?: DerLimits): T {
  const outer = new DerReader(bytes, limits)
  const sequence = outer.readSequence()
  outer.expectEnd()
  const value = read(sequence)
  sequence.expectEnd()
  return value
}

function exceeded(path: string, expected: number): CodecError {
  return new CodecError('CODEC_DER_LIMIT', undefined, { details: { path, expected } })
}
