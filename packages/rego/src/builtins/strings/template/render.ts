import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import { isArray, isObject, isSet, type RegoObject, typeNameOf } from '../../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../../define.ts'
import { failure, readObject, readString } from '../../operand.ts'
import { readNumberText } from '../../values/number-text.ts'
import { callFunction, isTrue, plainValue, type TemplateValue, textOfValue } from './functions.ts'
import { parseTemplate } from './parse.ts'
import { type Operand, type Pipeline, TemplateInteger, type TemplateNode } from './syntax.ts'

type Signal = 'break' | 'continue' | undefined

/** Runs a template over its data. */
class Renderer {
  private readonly context: BuiltinContext
  private readonly pieces: string[] = []
  private readonly variables: { readonly name: string; value: TemplateValue }[]

  constructor(data: RegoObject, context: BuiltinContext) {
    this.context = context
    this.variables = [{ name: '', value: data }]
  }

  render(nodes: readonly TemplateNode[], data: RegoObject): string {
    this.run(nodes, data)
    return this.pieces.join('')
  }

  private run(nodes: readonly TemplateNode[], dot: TemplateValue): Signal {
    const scope = this.variables.length
    let signal: Signal
    for (const node of nodes) {
      this.context.step()
      signal = this.node(node, dot)
      if (signal !== undefined) break
    }
    this.variables.length = scope
    return signal
  }

  private node(node: TemplateNode, dot: TemplateValue): Signal {
    switch (node.kind) {
      case 'text':
        this.write(node.text)
        return undefined
      case 'action': {
        const value = this.pipeline(node.pipeline, dot)
        if (node.pipeline.variables.length === 0) this.write(textOfValue(value))
        return undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      default:
        return this.control(node, dot)
    }
  }

  private control(node: Extract<TemplateNode, { body: unknown }>, dot: TemplateValue): Signal {
    const scope = this.variables.length
    const value = this.evaluate(node.pipeline, dot)
    let signal: Signal
    if (node.kind === 'range') signal = this.range(node, value, dot)
    else {
      this.assign(node.pipeline, value)
      const inner = node.kind === 'with' ? value : dot
      signal = isTrue(value) ? this.run(node.body, inner) : this.run(node.otherwise, dot)
    }
    this.variables.length = scope
    return signal
  }

  private range(node: Extract<TemplateNode, { body: unknown }>, value: TemplateValue, dot: TemplateValue): Signal {
    const items = [...itemsOf(value)]
    if (items.length === 0) return this.run(node.otherwise, dot)
    const { variables } = node.pipeline
    for (const [key, item] of items) {
      const scope = this.variables.length
      const [first, second] = variables
      if (second !== undefined) this.variables.push({ name: first!, value: key }, { name: second, value: item })
      else if (first !== undefined) this.variables.push({ name: first, value: item })
      const signal = this.run(node.body, item)
      this.variables.length = scope
      if (signal === 'break') break
    }
    return undefined
  }

  private pipeline(pipeline: Pipeline, dot: TemplateValue): TemplateValue {
    const value = this.evaluate(pipeline, dot)
    this.assign(pipeline, value)
    return value
  }

  private evaluate(pipeline: Pipeline, dot: TemplateValue): TemplateValue {
    let result: readonly TemplateValue[] = []
    for (const command of pipeline.commands) result = [this.command(command, dot, result)]
    return result[0]
  }

  private assign({ variables, declares }: Pipeline, value: TemplateValue): void {
    const [name] = variables
    if (name === undefined) return
    const known = declares ? undefined : this.variables.findLast((variable) => variable.name === name)
    if (!declares && known === undefined) throw failure(`template: undefined variable: $${name}`)
    if (known === undefined) this.variables.push({ name, value })
    else known.value = value
  }

  /** A function with its arguments, or one operand alone; `piped` is what the command before gave. */
  private command(command: readonly Operand[], dot: TemplateValue, piped: readonly TemplateValue[]): TemplateValue {
    this.context.step()
    const [first, ...rest] = command
    if (first!.kind !== 'function') {
      if (rest.length + piped.length > 0) throw failure("template: can't give argument to non-function")
      return this.operand(first!, dot)
    }
    const args = [...rest.map((operand) => this.operand(operand, dot)), ...piped]
    return callFunction(first!.name, args, (size) => this.context.memory(size))
  }

  private operand(operand: Operand, dot: TemplateValue): TemplateValue {
    switch (operand.kind) {
      case 'literal':
        return operand.value
      case 'number': {
        const number = readNumberText(operand.text)
        if (number === undefined) throw failure(`template: bad number syntax: ${JSON.stringify(operand.text)}`)
        return number
      }
      case 'path':
        return follow(operand.variable === undefined ? dot : this.variable(operand.variable), operand.fields)
      case 'pipeline':
        return follow(this.pipeline(operand.pipeline, dot), operand.fields)
      case 'function':
        return callFunction(operand.name, [], (size) => this.context.memory(size))
    }
  }

  private variable(name: string): TemplateValue {
    const found = this.variables.findLast((variable) => variable.name === name)
    if (found === undefined) throw failure(`template: undefined variable "$${name}"`)
    return found.value
  }

  private write(text: string): void {
    this.context.memory(text.length)
    this.pieces.push(text)
  }
}

function follow(value: TemplateValue, fields: readonly string[]): TemplateValue {
  let part = value
  for (const field of fields) {
    if (part === undefined || part === null) throw failure(`template: nil pointer evaluating interface {}.${field}`)
    const plain = plainValue(part)
    if (!isObject(plain)) throw failure(`template: can't evaluate field ${field} in type ${typeNameOf(plain)}`)
    part = plain.member(field)
  }
  return part
}

/** Keys and items of what a range runs over. */
function itemsOf(value: TemplateValue): Iterable<readonly [TemplateValue, TemplateValue]> {
  const plain = plainValue(value)
  if (plain === null) return []
  if (isObject(plain)) return plain.entries()
  if (isArray(plain) || isSet(plain)) return [...plain].map((item, i) => [new TemplateInteger(i), item] as const)
  throw failure(`template: range can't iterate over ${textOfValue(value)}`)
}

/** `strings.render_template`, with the language of Go's text/template but for named templates. */
export const RENDER_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('strings.render_template', 'string, object<string: any> -> string', (operands, context) => {
    const template = readString(operands, 1)
    const data = readObject(operands, 2)
    context.step(1 + (template.length >>> 2))
    context.memory(8 * template.length)
    return new Renderer(data, context).render(parseTemplate(template), data)
  }),
]
