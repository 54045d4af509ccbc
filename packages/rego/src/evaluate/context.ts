import type { Callee } from '../compile/ir.ts'
import type { RuleNode } from '../compile/rule-tree.ts'
import type { RegoObject, Value } from '../value/index.ts'
import type { Builtin } from './builtin.ts'
import type { Extent } from './documents/extent.ts'
import type { Run } from './run.ts'

/** The values of one rule's variables, by slot. */
export type Frame = unknown[]

/** A term's value now; undefined when it has none. */
export type Evaluate = (context: Context, frame: Frame) => Value | undefined

/** Goes on with the evaluation; true stops the search for further ways. */
export type Move = (context: Context, frame: Frame) => boolean

/** Stands in memos for a value that is known to be undefined. */
export const NONE: unique symbol = Symbol('none')
/** Stands in memos for a value that is being made. */
export const BUSY: unique symbol = Symbol('busy')

/** Where `with` replaced data: below a replaced place no rule counts. */
export interface Mask {
  readonly replaced: boolean
  readonly children: ReadonlyMap<string, Mask>
}

/** What replaces a function. */
export type Mock = { readonly value: Value } | { readonly callee: Callee }

/** The documents an expression sees, and what has been found out under them. */
export class Context {
  readonly run: Run
  readonly input: Value | undefined
  readonly data: RegoObject
  readonly mask: Mask | undefined
  readonly mocks: ReadonlyMap<RuleNode | Builtin, Mock> | undefined
  readonly values: (Value | typeof NONE | typeof BUSY | undefined)[] = []
  readonly extents: (Extent | typeof BUSY | undefined)[] = []
  readonly documents: (Value | undefined)[] = []
  private original: Context | undefined

  constructor(
    run: Run,
    input: Value | undefined,
    data: RegoObject,
    mask?: Mask,
    mocks?: ReadonlyMap<RuleNode | Builtin, Mock>,
  ) {
    this.run = run
    this.input = input
    this.data = data
    this.mask = mask
    this.mocks = mocks
  }

  /** The same documents with no function replaced: what a replacement itself sees. */
  get unmocked(): Context {
    this.original ??= new Context(this.run, this.input, this.data, this.mask)
    return this.original
  }
}
