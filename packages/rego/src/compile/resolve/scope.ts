import { Variable } from '../ir.ts'

/** Numbers the variables of one frame. */
export class FrameLayout {
  slots = 0

  create(name: string, hidden: boolean = name.startsWith('$')): Variable {
    return new Variable(name, this.slots++, hidden)
  }
}

/** The variables of one body; a scope inside another is a closure over it. */
export class Scope {
  readonly parent: Scope | undefined
  readonly layout: FrameLayout
  /** Names that stand in the body itself, not in closures inside it. */
  readonly direct: ReadonlySet<string>
  readonly variables: Map<string, Variable> = new Map()
  /** Names introduced by `:=`, `some`, `every` or as arguments. */
  readonly declared: Set<string> = new Set()
  /** True of the scope that holds the arguments of a function. */
  isArguments: boolean = false
  /** Variables of enclosing scopes that this one reads. */
  readonly reads: Set<Variable> = new Set()

  constructor(layout: FrameLayout, direct: ReadonlySet<string>, parent?: Scope) {
    this.layout = layout
    this.direct = direct
    this.parent = parent
  }

  /** Introduces a name here, over any that enclosing scopes have. */
  declare(name: string): Variable {
    const variable = this.layout.create(name)
    this.variables.set(name, variable)
    this.declared.add(name)
    return variable
  }

  /** The variable a name stands for, if one is known. */
  find(name: string): Variable | undefined {
    const own = this.variables.get(name)
    if (own) return own
    const outer = this.parent?.find(name)
    if (outer) this.reads.add(outer)
    return outer
  }

  /** The variable of a name that nothing declares: it belongs to the outermost body in which it stands. */
  imply(name: string): Variable {
    if (this.parent?.claims(name)) {
      const outer = this.parent.imply(name)
      this.reads.add(outer)
      return outer
    }
    const variable = this.layout.create(name)
    this.variables.set(name, variable)
    return variable
  }

  private claims(name: string): boolean {
    return this.direct.has(name) || (this.parent?.claims(name) ?? false)
  }
}
