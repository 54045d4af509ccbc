import type { Builtin } from '../evaluate/builtin.ts'
import type { Source } from '../syntax/index.ts'
import type { Value } from '../value/index.ts'
import type { FrameLayout } from './resolve/scope.ts'
import type { RuleNode } from './rule-tree.ts'

/** A place in one of the policy's texts. */
export interface Place {
  readonly source: Source
  readonly at: number
}

/** A local variable: a slot of the frame in which its rule is evaluated. */
export class Variable {
  readonly name: string
  readonly slot: number
  /** Generated, or a wildcard: never named to the author. */
  readonly hidden: boolean

  constructor(name: string, slot: number, hidden: boolean) {
    this.name = name
    this.slot = slot
    this.hidden = hidden
  }
}

/** A value that is known. */
export interface ConstantTerm {
  readonly kind: 'constant'
  readonly value: Value
}

/** The value of a local variable. */
export interface LocalTerm {
  readonly kind: 'local'
  readonly variable: Variable
  readonly at: number
}

/** A path from the input, the data, or any other term. */
export interface PathTerm {
  readonly kind: 'path'
  readonly root: 'input' | 'data' | ResolvedTerm
  readonly path: readonly ResolvedTerm[]
  readonly at: number
}

/** What a call calls: a built-in, or the rules that define a function. */
export type Callee = { readonly builtin: Builtin } | { readonly node: RuleNode }

/** A call of a built-in or of a function of the policy. */
export interface CallTerm {
  readonly kind: 'call'
  readonly name: string
  readonly callee: Callee
  readonly args: readonly ResolvedTerm[]
  readonly at: number
}

/** An array or a set of terms. */
export interface CollectionTerm {
  readonly kind: 'array' | 'set'
  readonly items: readonly ResolvedTerm[]
}

/** An object of terms. */
export interface ObjectTerm {
  readonly kind: 'object'
  readonly entries: readonly (readonly [ResolvedTerm, ResolvedTerm])[]
}

/** A closure: a comprehension, or one part of a template string (`makes: 'text'`). */
export interface ComprehensionTerm {
  readonly kind: 'comprehension'
  readonly makes: 'array' | 'set' | 'object' | 'text'
  readonly key: ResolvedTerm | undefined
  readonly value: ResolvedTerm
  readonly body: readonly ResolvedExpression[]
  /** Variables of enclosing bodies that it reads. */
  readonly reads: ReadonlySet<Variable>
  readonly at: number
}

/** A text with parts that are evaluated: closures that make texts. */
export interface TemplateTerm {
  readonly kind: 'template'
  readonly parts: readonly (string | ResolvedTerm)[]
}

/** A term whose names are resolved. */
export type ResolvedTerm =
  | ConstantTerm
  | LocalTerm
  | PathTerm
  | CallTerm
  | CollectionTerm
  | ObjectTerm
  | ComprehensionTerm
  | TemplateTerm

/** Replaces part of the input or the data, or a function. */
export type WithTarget =
  | { readonly kind: 'input' | 'data'; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly callee: Callee }

/** One `with` modifier. */
export interface ResolvedWith {
  readonly target: WithTarget
  readonly value: ResolvedTerm
  /** The function that replaces the target, where one is named. */
  readonly replacement: Callee | undefined
}

interface ExpressionBase {
  readonly negated: boolean
  readonly withs: readonly ResolvedWith[]
  readonly at: number
  readonly end: number
}

/** A term that must be defined and not false. */
export interface TestExpression extends ExpressionBase {
  readonly kind: 'test'
  readonly term: ResolvedTerm
}

/** Two terms that must be equal; each may give variables of the other their values. */
export interface UnifyExpression extends ExpressionBase {
  readonly kind: 'unify'
  readonly left: ResolvedTerm
  readonly right: ResolvedTerm
}

/** `some key, value in domain`. */
export interface EachExpression extends ExpressionBase {
  readonly kind: 'each'
  readonly key: ResolvedTerm | undefined
  readonly value: ResolvedTerm
  readonly domain: ResolvedTerm
}

/** `every key, value in domain { body }`. */
export interface EveryExpression extends ExpressionBase {
  readonly kind: 'every'
  readonly key: Variable | undefined
  readonly value: Variable
  readonly domain: ResolvedTerm
  readonly body: readonly ResolvedExpression[]
  readonly reads: ReadonlySet<Variable>
}

/** `print(…)`: each argument is a set of what it may be. */
export interface PrintExpression extends ExpressionBase {
  readonly kind: 'print'
  readonly args: readonly ComprehensionTerm[]
}

/** One expression of a body whose names are resolved. */
export type ResolvedExpression = TestExpression | UnifyExpression | EachExpression | EveryExpression | PrintExpression

/** One body of a clause and what it is worth; the first is the rule's own, the others follow `else`. */
export interface ResolvedBranch {
  readonly body: readonly ResolvedExpression[]
  readonly path: readonly ResolvedTerm[]
  readonly key: ResolvedTerm | undefined
  readonly value: ResolvedTerm
  readonly at: number
}

/** A rule with its names resolved. */
export interface ResolvedClause {
  readonly place: Place
  readonly end: number
  readonly args: readonly Variable[]
  readonly branches: readonly ResolvedBranch[]
  /** Numbers the slots of its frame. */
  readonly layout: FrameLayout
}
