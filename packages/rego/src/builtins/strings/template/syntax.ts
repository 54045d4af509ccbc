/** A whole number that the template itself made: unlike numbers of the data, zero counts as false. */
export class TemplateInteger {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** What a command is made of. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: string | boolean | null | TemplateInteger }
  | { readonly kind: 'number'; readonly text: string }
  /** `.a.b`, or `$x.a` with a variable; the variable's empty name is `$`. */
  | { readonly kind: 'path'; readonly variable: string | undefined; readonly fields: readonly string[] }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }

/** Commands of which each hands its result to the next as the last argument. */
export interface Pipeline {
  readonly commands: readonly (readonly Operand[])[]
  /** Variables that receive the result, two only in front of a range. */
  readonly variables: readonly string[]
  readonly declares: boolean
}

/** One piece of a template: text, an action, or what decides over further pieces. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipeline: Pipeline
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }
  | { readonly kind: 'break' | 'continue' }
