import { RegoError } from '../../../errors.ts'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import {
  isArray,
  isNumber,
  isObject,
  MAX_VALUE_DEPTH,
  numberText,
  ObjectBuilder,
  type RegoObject,
  type Value,
} from '../../../value/index.ts'
import { failure } from '../../operand.ts'

/** A value and how many values it has within, those of aliases counted each time. */
export interface YamlNode {
  readonly value: Value
  readonly size: number
}

/** What stands in front of a node. */
export interface NodeProperties {
  readonly anchor: string | undefined
  readonly tag: string | undefined
}

/** Makes values, names them, and charges what a text becomes: an alias as much as what it stands for. */
export class NodeMaker {
  private readonly anchors = new Map<string, YamlNode>()
  private readonly context: BuiltinContext
  private depth = 0

  constructor(context: BuiltinContext) {
    this.context = context
  }

  /** Runs a reader one level deeper. Throws REGO_LIMIT_DEPTH. */
  nested<T>(read: () => T): T {
    if (++this.depth > MAX_VALUE_DEPTH)
      throw new RegoError('REGO_LIMIT_DEPTH', `YAML is nested deeper than ${MAX_VALUE_DEPTH}`)
    const result = read()
    this.depth--
    return result
  }

  scalar(value: Value): YamlNode {
    this.context.step()
    this.context.memory(16 + (typeof value === 'string' ? value.length : 0))
    return { value, size: 1 }
  }

  array(items: readonly YamlNode[]): YamlNode {
    const size = items.reduce((sum, item) => sum + item.size, 1)
    return { value: items.map((item) => item.value), size }
  }

  /** A later member takes the place of an earlier one; merged members take nobody's. */
  object(members: readonly (readonly [key: YamlNode, value: YamlNode])[]): YamlNode {
    const object = new ObjectBuilder()
    const merged: RegoObject[] = []
    let size = 1
    for (const [key, item] of members) {
      size += item.size + 1
      if (key.value === MERGE) merged.push(...mergeSources(item.value))
      else object.set(memberName(key.value), item.value)
    }
    for (const source of merged) {
      this.context.step(source.size)
      this.context.memory(32 * source.size)
      for (const [name, value] of source.unorderedEntries()) if (object.get(name) === undefined) object.set(name, value)
    }
    return { value: object.build(), size }
  }

  define(properties: NodeProperties, node: YamlNode): YamlNode {
    const tagged = applyTag(properties.tag, node)
    if (properties.anchor !== undefined) this.anchors.set(properties.anchor, tagged)
    return tagged
  }

  alias(name: string): YamlNode {
    const node = this.anchors.get(name)
    if (node === undefined) throw failure(`yaml: unknown anchor '${name}' referenced`)
    this.context.step(node.size)
    this.context.memory(16 * node.size)
    return node
  }
}

/** A key that asks for merging; as a value it is an ordinary text. */
export const MERGE = '<<'

function mergeSources(value: Value): RegoObject[] {
  const sources = isArray(value) ? value : [value]
  return sources.map((source) => {
    if (!isObject(source)) throw failure('yaml: map merge requires map or sequence of maps as the value')
    return source
  })
}

/** JSON has texts as names only. */
function memberName(key: Value): string {
  if (typeof key === 'string') return key
  if (typeof key === 'boolean') return String(key)
  if (key === null) return 'null'
  if (isNumber(key)) return numberText(key)
  throw failure('yaml: a key is neither a text nor a number')
}

function applyTag(tag: string | undefined, node: YamlNode): YamlNode {
  if (tag !== '!!str' && tag !== '!') return node
  const { value } = node
  if (value === null) return { value: '', size: 1 }
  if (isNumber(value)) return { value: numberText(value), size: 1 }
  return typeof value === 'boolean' ? { value: String(value), size: 1 } : node
}
