/** A word, mark or literal of a policy text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'mark' | 'template-start' | 'template-text' | 'template-end' | 'end'
  /** The text as written; of strings and template parts the characters they stand for. */
  readonly text: string
  readonly at: number
  readonly end: number
  /** White space or a comment stands before it. */
  readonly spaced: boolean
  /** A line ends before it. */
  readonly newline: boolean
}

/** A comment, without its `#`. */
export interface Comment {
  readonly at: number
  readonly text: string
}

/** Words that are never variables. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'as',
  'default',
  'else',
  'false',
  'import',
  'not',
  'null',
  'package',
  'some',
  'true',
  'with',
])

/** Words that are keywords in version 1, and in version 0 when imported. */
export const FUTURE_KEYWORDS: ReadonlySet<string> = new Set(['contains', 'every', 'if', 'in'])
