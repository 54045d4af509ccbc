/** The types that a built-in takes and gives, for checks before anything is evaluated. */
export type RegoType =
  | { readonly kind: 'any' | 'null' | 'boolean' | 'number' | 'string' }
  /** `items` stand at the front; `rest`, where there is one, is the type of all further items. */
  | { readonly kind: 'array'; readonly items: readonly RegoType[]; readonly rest?: RegoType }
  | { readonly kind: 'set'; readonly of: RegoType }
  | { readonly kind: 'object'; readonly keys: RegoType; readonly values: RegoType }
  | { readonly kind: 'union'; readonly of: readonly RegoType[] }

/** What a built-in takes and gives. */
export interface BuiltinSignature {
  readonly operands: readonly RegoType[]
  readonly result: RegoType
}

const TOKEN = /\s*(->|[a-z]+|[[\]<>{}:|,])/y
const SCALARS: ReadonlySet<string> = new Set(['any', 'null', 'boolean', 'number', 'string'])

/**
 * Reads a signature in the notation of this folder: `string, array<string> | set<string> -> string`. Types are `any`,
 * `null`, `boolean`, `number`, `string`, `array<T>`, `set<T>`, `object<K: V>`, the tuple `[A, B]`, and unions with `|`.
 * Throws an Error on a slip of the pen; the texts are constants of this package.
 */
export function parseSignature(text: string): BuiltinSignature {
  const reader = new SignatureReader(text)
  const operands: RegoType[] = []
  if (!reader.take('->')) {
    do operands.push(reader.type())
    while (reader.take(','))
    reader.expect('->')
  }
  const result = reader.type()
  reader.expectEnd()
  return { operands, result }
}

class SignatureReader {
  private readonly text: string
  private offset = 0

  constructor(text: string) {
    this.text = text
  }

  type(): RegoType {
    const first = this.single()
    if (!this.take('|')) return first
    const of = [first]
    do of.push(this.single())
    while (this.take('|'))
    return { kind: 'union', of }
  }

  take(token: string): boolean {
    const before = this.offset
    if (this.next() === token) return true
    this.offset = before
    return false
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.slip(token)
  }

  expectEnd(): void {
    if (this.text.slice(this.offset).trim() !== '') throw this.slip('the end')
  }

  private single(): RegoType {
    const word = this.next()
    if (word !== undefined && SCALARS.has(word)) return { kind: word as 'any' }
    switch (word) {
      case 'array':
        return { kind: 'array', items: [], rest: this.parameter() }
      case 'set':
        return { kind: 'set', of: this.parameter() }
      case 'object': {
        this.expect('<')
        const keys = this.type()
        this.expect(':')
        const values = this.type()
        this.expect('>')
        return { kind: 'object', keys, values }
      }
      case '[': {
        const items: RegoType[] = []
        do items.push(this.type())
        while (this.take(','))
        this.expect(']')
        return { kind: 'array', items }
      }
      default:
        throw this.slip('a type')
    }
  }

  private parameter(): RegoType {
    this.expect('<')
    const type = this.type()
    this.expect('>')
    return type
  }

  private next(): string | undefined {
    TOKEN.lastIndex = this.offset
    const token = TOKEN.exec(this.text)
    if (token === null) return undefined
    this.offset = TOKEN.lastIndex
    return token[1]
  }

  private slip(expected: string): Error {
    return new Error(`signature '${this.text}': expected ${expected} at ${this.offset}`)
  }
}
