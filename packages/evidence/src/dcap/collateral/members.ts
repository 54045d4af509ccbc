/** Reading members of a signed document, each refusal naming its path, what was expected and what came. */
import { decodeHex } from '@veritee/codec/bytes'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { parseDateTime } from './date.ts'
import { DocumentSyntaxError, type JsonObject, type JsonValue, parseDocument } from './json/parse.ts'

const MAX_DOCUMENT_LENGTH = 1 << 20
const MAX_DOCUMENT_DEPTH = 31
const MAX_LIST_LENGTH = 1024
const UINT32_MAX = 0xffffffff
const HEX = /^(?:[0-9a-fA-F]{2})*$/

/** One object of a document, with its path and the code that its faults carry. */
export class Members {
  readonly #object: JsonObject
  readonly #owner: Members | string
  readonly #name: string
  readonly #code: EvidenceErrorCode

  /** @param owner the object that holds this one as its member `name`, or the name of the document */
  constructor(value: JsonValue, owner: Members | string, name: string, code: EvidenceErrorCode) {
    this.#owner = owner
    this.#name = name
    this.#code = code
    if (!(value instanceof Map)) throw this.error('', 'an object', value)
    this.#object = value
  }

  /** Written only where something is refused: documents have hundreds of objects. */
  get path(): string {
    return typeof this.#owner === 'string' ? this.#owner : `${this.#owner.path}${this.#name}`
  }

  has(name: string): boolean {
    return this.#object.has(name)
  }

  text(name: string): string {
    const value = this.#object.get(name)
    if (typeof value !== 'string') throw this.error(name, 'a text', value)
    return value
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined
  }

  /** A text that is one of those listed. */
  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name)
    if (!choices.includes(value as T)) throw this.error(name, choices, value)
    return value as T
  }

  /** Exactly so many bytes in hexadecimal, of any case. */
  hex(name: string, sizeBytes: number): Uint8Array {
    const value = this.text(name)
    if (value.length !== sizeBytes * 2 || !HEX.test(value)) {
      throw this.error(name, `${sizeBytes * 2} hexadecimal digits`, value)
    }
    return decodeHex(value)
  }

  /** A plain integer from 0 to `max`. */
  integer(name: string, max: number = UINT32_MAX): number {
    const value = this.#object.get(name)
    if (typeof value !== 'number' || value < 0 || value > max) throw this.error(name, `an integer 0 to ${max}`, value)
    return value
  }

  /** `YYYY-MM-DDThh:mm:ssZ`, as epoch seconds. */
  date(name: string): number {
    const value = this.text(name)
    const seconds = parseDateTime(value)
    if (seconds === undefined) throw this.error(name, 'a date and time YYYY-MM-DDThh:mm:ssZ', value)
    return seconds
  }

  object(name: string): Members {
    return new Members(this.#object.get(name) ?? null, this, `.${name}`, this.#code)
  }

  /** A list that holds something. */
  list(name: string): readonly Members[] {
    const value = this.#object.get(name)
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LIST_LENGTH) {
      throw this.error(name, `a list of 1 to ${MAX_LIST_LENGTH} items`, value)
    }
    return value.map((item: JsonValue, i) => new Members(item, this, `.${name}[${i}]`, this.#code))
  }

  /** A list of texts that may be absent or empty. */
  optionalTexts(name: string): readonly string[] {
    if (!this.has(name)) return []
    const value = this.#object.get(name)
    if (!Array.isArray(value) || value.length > MAX_LIST_LENGTH || !value.every((item) => typeof item === 'string')) {
      throw this.error(name, 'a list of texts', value)
    }
    return value
  }

  error(name: string, expected: unknown, actual: unknown, code: EvidenceErrorCode = this.#code): EvidenceError {
    const path = name === '' ? this.path : `${this.path}.${name}`
    return new EvidenceError(code, undefined, { details: { path, expected, actual: describe(actual) } })
  }
}

/** Parses a document's text and opens its outermost object. */
export function openDocument(text: string, path: string, code: EvidenceErrorCode, parity: boolean): Members {
  try {
    const limits = {
      maxLength: MAX_DOCUMENT_LENGTH,
      maxDepth: MAX_DOCUMENT_DEPTH,
      duplicates: parity ? 'first' : 'reject',
    } as const
    return new Members(parseDocument(text, limits), path, '', code)
  } catch (error) {
    if (!(error instanceof DocumentSyntaxError)) throw error
    throw new EvidenceError(code, undefined, {
      details: { path, expected: 'one JSON object', actual: error.message, offset: error.offset },
    })
  }
}

function describe(value: unknown): unknown {
  if (value === undefined) return 'absent'
  if (value instanceof Map) return 'an object'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string' && value.length > 120) return `${value.slice(0, 120)}…`
  return value
}
