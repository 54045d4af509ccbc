import type { Callee, ConstantTerm, LocalTerm, Place, Variable, WithTarget } from '../ir.ts'

/** A path whose every part has a value when it is evaluated. */
export interface PlannedPath {
  readonly kind: 'path'
  readonly root: 'input' | 'data' | PlannedTerm
  readonly path: readonly PlannedTerm[]
  readonly at: number
}

/** A call whose arguments all have values. */
export interface PlannedCall {
  readonly kind: 'call'
  readonly name: string
  readonly callee: Callee
  readonly args: readonly PlannedTerm[]
  readonly at: number
}

/** A closure that collects what its body goes on with. */
export interface PlannedComprehension {
  readonly kind: 'comprehension'
  readonly makes: 'array' | 'set' | 'object' | 'text'
  readonly body: PlannedBody
  readonly key: PlannedTerm | undefined
  readonly value: PlannedTerm
  /** Where it collects its members. */
  readonly slot: number
  readonly at: number
}

/** A term that has one value or none: what has many is found by steps before it. */
export type PlannedTerm =
  | ConstantTerm
  | LocalTerm
  | PlannedPath
  | PlannedCall
  | PlannedComprehension
  | { readonly kind: 'array' | 'set'; readonly items: readonly PlannedTerm[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [PlannedTerm, PlannedTerm])[] }
  | { readonly kind: 'template'; readonly parts: readonly (string | PlannedTerm)[] }

/** What a value is held against: binds variables that have none yet, and compares the rest. */
export type Pattern =
  | { readonly kind: 'bind'; readonly variable: Variable }
  | { readonly kind: 'equal'; readonly term: PlannedTerm }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [PlannedTerm, Pattern])[] }

/** One `with` modifier. */
export interface PlannedWith {
  readonly target: WithTarget
  readonly value: PlannedTerm
  readonly replacement: Callee | undefined
}

/** One move of an evaluation: it goes on zero, one or many times. */
export type Step =
  /** Walks a path of which some parts are found by walking it. */
  | {
      readonly kind: 'scan'
      readonly root: 'input' | 'data' | PlannedTerm
      readonly path: readonly Pattern[]
      readonly value: Pattern
      readonly at: number
    }
  | { readonly kind: 'match'; readonly source: PlannedTerm; readonly pattern: Pattern }
  | { readonly kind: 'test'; readonly term: PlannedTerm }
  | { readonly kind: 'relation'; readonly call: PlannedCall; readonly pattern: Pattern }
  | {
      readonly kind: 'each'
      readonly domain: PlannedTerm
      readonly key: Pattern | undefined
      readonly value: Pattern
    }
  | { readonly kind: 'not'; readonly steps: readonly Step[] }
  | {
      readonly kind: 'every'
      readonly domain: PlannedTerm
      readonly key: Variable | undefined
      readonly value: Variable
      readonly body: PlannedBody
    }
  | {
      readonly kind: 'with'
      readonly modifiers: readonly PlannedWith[]
      readonly steps: readonly Step[]
      /** Where it keeps the documents it replaces. */
      readonly slot: number
      readonly at: number
    }
  | { readonly kind: 'print'; readonly args: readonly PlannedTerm[] }

/** The steps of one expression of the text; `end` equals `at` where no text stands for it. */
export interface PlannedExpression {
  readonly at: number
  readonly end: number
  readonly negated: boolean
  readonly steps: readonly Step[]
}

/** Expressions in the order of their evaluation. */
export interface PlannedBody {
  readonly place: Place
  readonly expressions: readonly PlannedExpression[]
}

/** One body of a clause, and what it is worth. */
export interface PlannedBranch {
  readonly body: PlannedBody
  readonly path: readonly PlannedTerm[]
  readonly key: PlannedTerm | undefined
  readonly value: PlannedTerm
  /** The value is the same however the body is satisfied, so the first way is enough. */
  readonly single: boolean
}

/** A rule ready to be linked. */
export interface PlannedClause {
  readonly place: Place
  readonly end: number
  readonly args: readonly Variable[]
  readonly branches: readonly PlannedBranch[]
  readonly slots: number
}
