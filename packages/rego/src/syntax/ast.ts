import type { Value } from '../value/index.ts'
import type { Source } from './source.ts'
import type { Comment } from './token.ts'

/** The dialect of a module. */
export type RegoVersion = 'v0' | 'v1'

/** Every node knows where its text begins. */
interface Node {
  readonly at: number
}

/** Nodes that may stretch over rows know where they end, too. */
interface Span extends Node {
  readonly end: number
}

/** A constant. */
export interface Scalar extends Node {
  readonly kind: 'scalar'
  readonly value: Value
  /** The text as written, of strings and numbers. */
  readonly text?: string
}

/** A variable; wildcards `_` have names of their own that begin with `$`. */
export interface Variable extends Node {
  readonly kind: 'variable'
  readonly name: string
}

/** A path into a value: `head.name[term]…`. */
export interface Reference extends Node {
  readonly kind: 'reference'
  readonly head: Term
  readonly path: readonly Term[]
}

/** A call of a function by its dotted name; infix operators are calls of `plus`, `equal`, `member_2` and so on. */
export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  /** The parts of the name. */
  readonly names: readonly string[]
  readonly args: readonly Term[]
  /** The operator as written between its operands. */
  readonly infix?: string
}

/** `[item, item]`. */
export interface ArrayTerm extends Span {
  readonly kind: 'array'
  readonly items: readonly Term[]
}

/** `{item, item}`; `set()` where it is empty. */
export interface SetTerm extends Span {
  readonly kind: 'set'
  readonly items: readonly Term[]
}

/** `{key: value}`. */
export interface ObjectTerm extends Span {
  readonly kind: 'object'
  readonly entries: readonly (readonly [Term, Term])[]
}

/** `[value | body]`, `{value | body}` or `{key: value | body}`. */
export interface Comprehension extends Span {
  readonly kind: 'comprehension'
  readonly makes: 'array' | 'set' | 'object'
  readonly key?: Term
  readonly value: Term
  readonly body: Body
}

/** `$"text {expression} text"`. */
export interface Template extends Node {
  readonly kind: 'template'
  readonly parts: readonly (string | Expression)[]
  readonly raw: boolean
}

/** Anything that stands for a value. */
export type Term = Scalar | Variable | Reference | Call | ArrayTerm | SetTerm | ObjectTerm | Comprehension | Template

/** `with target as value`. */
export interface WithModifier extends Node {
  readonly target: Term
  readonly value: Term
}

interface Statement extends Span {
  readonly withs: readonly WithModifier[]
}

/** An expression that must hold, possibly negated. */
export interface TermExpression extends Statement {
  readonly kind: 'term'
  readonly negated: boolean
  readonly term: Term
}

/** `some x, y`. */
export interface SomeDeclaration extends Statement {
  readonly kind: 'some'
  readonly variables: readonly Variable[]
}

/** `some key, value in domain`. */
export interface SomeIn extends Statement {
  readonly kind: 'some-in'
  readonly key: Term | undefined
  readonly value: Term
  readonly domain: Term
}

/** `every key, value in domain { body }`. */
export interface Every extends Statement {
  readonly kind: 'every'
  readonly key: Variable | undefined
  readonly value: Variable
  readonly domain: Term
  readonly body: Body
}

/** One line of a body. */
export type Expression = TermExpression | SomeDeclaration | SomeIn | Every
/** Expressions that must hold together. */
export type Body = readonly Expression[]

/** The part of a rule before its body. */
export interface RuleHead extends Node {
  /** The name and what follows it: `p.q[x]`; the first is the name. */
  readonly name: string
  readonly path: readonly Term[]
  readonly args: readonly Term[] | undefined
  /** Where the parenthesis after the arguments ends. */
  readonly argsEnd: number
  /** The member of a set that the rule contributes. */
  readonly key: Term | undefined
  /** What the rule is worth; absent for `true`. */
  readonly value: Term | undefined
  /** How the value was written. */
  readonly operator: ':=' | '=' | undefined
}

/** What follows `else`. */
export interface ElseBranch extends Node {
  readonly value: Term | undefined
  readonly operator: ':=' | '=' | undefined
  readonly body: Body
}

/** A rule as written. */
export interface Rule extends Node {
  readonly default: boolean
  readonly head: RuleHead
  readonly body: Body
  readonly elses: readonly ElseBranch[]
  readonly end: number
  /** Written `{ … } { … }` after the first body: a rule of the same head. */
  readonly chained: boolean
}

/** `import path as alias`. */
export interface Import extends Node {
  readonly path: readonly string[]
  readonly alias: string | undefined
}

/** A policy text, read. */
export interface Module {
  readonly source: Source
  readonly version: RegoVersion
  readonly packagePath: readonly string[]
  readonly packageAt: number
  readonly imports: readonly Import[]
  readonly rules: readonly Rule[]
  readonly comments: readonly Comment[]
}
