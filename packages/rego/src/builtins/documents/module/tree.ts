import { RegoError } from '../../../errors.ts'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import type { Body, ElseBranch, Expression, Module, Rule, RuleHead, Term } from '../../../syntax/index.ts'
import { typeNameOf, type Value } from '../../../value/index.ts'
import { recordOf } from '../record.ts'

/** How deeply terms may stand inside each other in a tree; a row of infix operators nests as well. */
export const MAX_TREE_DEPTH = 128

/** Bytes of a node of the tree, its members included. */
const NODE_BYTES = 96

/** Writes syntax trees as values. */
export class TreeWriter {
  private readonly context: BuiltinContext
  private depth = 0

  constructor(context: BuiltinContext) {
    this.context = context
  }

  /** The tree of a module: `package`, and `imports` and `rules` where there are any. */
  module({ packagePath, imports, rules }: Module): Value {
    const lines = imports.map(({ path, alias }) => this.node({ path: this.path(path), alias }))
    return this.node({
      package: this.node({ path: this.names(['data', ...packagePath]) }),
      imports: lines.length === 0 ? undefined : lines,
      rules: rules.length === 0 ? undefined : rules.map((rule) => this.rule(rule)),
    })
  }

  private rule(rule: Rule): Value {
    return this.node({
      default: rule.default || undefined,
      head: this.head(rule.head),
      body: this.body(rule.body),
      else: this.elses(rule.head, rule.elses),
    })
  }

  /** Each branch holds the next. */
  private elses(head: RuleHead, branches: readonly ElseBranch[]): Value | undefined {
    return branches.reduceRight<Value | undefined>((rest, { value, operator, body }) => {
      return this.node({
        head: this.head({ ...head, value, operator }),
        body: this.body(body),
        else: rest,
      })
    }, undefined)
  }

  private head({ name, path, args, key, value, operator }: RuleHead): Value {
    const ref = [this.typed('var', name), ...path.map((term) => this.term(term))]
    return this.node({
      name: path.length === 0 ? name : undefined,
      ref,
      args: args?.map((term) => this.term(term)),
      key: key && this.term(key),
      value: value ? this.term(value) : key ? undefined : this.typed('boolean', true),
      assign: operator === ':=' || undefined,
    })
  }

  /** A body that is not written holds `true`. */
  private body(body: Body): Value {
    if (body.length === 0) return [this.node({ index: 0, terms: this.typed('boolean', true) })]
    return body.map((expression, index) => this.expression(expression, index))
  }

  private expression(expression: Expression, index: number): Value {
    const withs = expression.withs.map(({ target, value }) =>
      this.node({ target: this.term(target), value: this.term(value) }),
    )
    return this.node({
      index,
      negated: (expression.kind === 'term' && expression.negated) || undefined,
      terms: this.nested(() => this.terms(expression)),
      with: withs.length === 0 ? undefined : withs,
    })
  }

  private terms(expression: Expression): Value {
    switch (expression.kind) {
      case 'term': {
        const { term } = expression
        return term.kind === 'call' ? this.call(term.names, term.args) : this.term(term)
      }
      case 'some':
        return this.node({ symbols: expression.variables.map((variable) => this.term(variable)) })
      case 'some-in': {
        const { key, value, domain } = expression
        const args = key ? [key, value, domain] : [value, domain]
        const call = this.call(['internal', `member_${args.length}`], args)
        return this.node({ symbols: [this.typed('call', call)] })
      }
      case 'every':
        return this.node({
          key: expression.key ? this.term(expression.key) : null,
          value: this.term(expression.value),
          domain: this.term(expression.domain),
          body: this.body(expression.body),
        })
    }
  }

  private term(term: Term): Value {
    return this.nested(() => this.typed(...this.content(term)))
  }

  /** The type of a term, and its value. */
  private content(term: Term): [type: string, value: Value] {
    switch (term.kind) {
      case 'scalar':
        return [typeNameOf(term.value), term.value]
      case 'variable':
        return ['var', term.name]
      case 'reference':
        return ['ref', [this.term(term.head), ...term.path.map((part) => this.term(part))]]
      case 'call':
        return ['call', this.call(term.names, term.args)]
      case 'array':
      case 'set':
        return [term.kind, term.items.map((item) => this.term(item))]
      case 'object':
        return ['object', term.entries.map(([key, value]) => [this.term(key), this.term(value)])]
      case 'template': {
        const parts = term.parts.map((part) =>
          typeof part === 'string' ? this.typed('string', part) : this.expression(part, 0),
        )
        return ['templatestring', this.node({ parts, multi_line: term.raw })]
      }
      case 'comprehension': {
        const value = this.term(term.value)
        const members = term.key ? { key: this.term(term.key), value } : { term: value }
        return [`${term.makes}comprehension`, this.node({ ...members, body: this.body(term.body) })]
      }
    }
  }

  /** The function's name as a reference, and its arguments. */
  private call(names: readonly string[], args: readonly Term[]): Value[] {
    return [this.path(names), ...args.map((argument) => this.term(argument))]
  }

  private path(names: readonly string[]): Value {
    return this.typed('ref', this.names(names))
  }

  private names(names: readonly string[]): Value[] {
    return names.map((name, i) => this.typed(i === 0 ? 'var' : 'string', name))
  }

  private typed(type: string, value: Value): Value {
    return this.node({ type, value })
  }

  private node(members: Readonly<Record<string, Value | undefined>>): Value {
    this.context.step()
    this.context.memory(NODE_BYTES)
    return recordOf(members)
  }

  private nested<T>(write: () => T): T {
    if (this.depth >= MAX_TREE_DEPTH) {
      throw new RegoError(
        'REGO_LIMIT_DEPTH',
        `rego.parse_module: terms are nested deeper than ${MAX_TREE_DEPTH} levels`,
      )
    }
    this.depth++
    try {
      return write()
    } finally {
      this.depth--
    }
  }
}
