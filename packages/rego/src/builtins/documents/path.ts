import {
  integerOf,
  isArray,
  isNumber,
  isObject,
  isSet,
  keyOf,
  type MapKey,
  type RegoArray,
  typeNameOf,
  type Value,
} from '../../value/index.ts'
import { type Operands, operand, operandError, operandRuleError } from '../operand.ts'

/** Longest path that is read. */
const MAX_SEGMENTS = 4096

/** Keys of a JSON pointer (RFC 6901); slashes at its front do not count, and an empty text is the whole document. */
export function parsePointer(text: string): RegoArray {
  if (text === '') return []
  const segments = text.replace(/^\/+/, '').split('/')
  if (segments.length > MAX_SEGMENTS) throw operandRuleError(2, `must not have more than ${MAX_SEGMENTS} path segments`)
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Paths given as an array or a set of pointers and of arrays of keys. */
export function readPaths(operands: Operands, position: number): readonly RegoArray[] {
  const value = operand(operands, position)
  if (!isArray(value) && !isSet(value)) throw operandError(position, 'one of {set, array}', value)
  return [...value].map((item) => {
    if (typeof item === 'string') return parsePointer(item)
    if (isArray(item)) return item
    throw operandRuleError(
      position,
      `must be one of {set, array} containing string paths or array of path segments but got ${typeNameOf(item)}`,
    )
  })
}

/** The index that a key of an array stands for: a whole number or its digits; undefined for anything else. */
export function indexOf(key: Value): number | undefined {
  if (isNumber(key)) {
    const index = integerOf(key)
    return index === undefined || index < 0n ? undefined : Number(index)
  }
  return typeof key === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : undefined
}

/** A tree of paths; a node that ends a path covers all beneath it. */
export class PathTree {
  private readonly children = new Map<MapKey, PathTree>()
  private isEnd = false

  static of(paths: Iterable<RegoArray>, step: (count: number) => void): PathTree {
    const root = new PathTree()
    for (const path of paths) {
      step(1 + path.length)
      let node = root
      for (const key of path) {
        const name = keyOf(isNumber(key) ? String(key) : key)
        let child = node.children.get(name)
        if (child === undefined) {
          child = new PathTree()
          node.children.set(name, child)
        }
        node = child
      }
      node.isEnd = true
    }
    return root
  }

  get coversAll(): boolean {
    return this.isEnd
  }

  /** The node of a key; numbers and their digits are one. */
  child(key: Value): PathTree | undefined {
    return this.children.get(keyOf(isNumber(key) ? String(key) : key))
  }
}

/** The part under one key, an array's also under the digits of its index. */
export function partAt(value: Value, key: Value): Value | undefined {
  if (isObject(value)) return value.get(key)
  if (isSet(value)) return value.has(key) ? key : undefined
  const index = isArray(value) ? indexOf(key) : undefined
  return index === undefined ? undefined : (value as RegoArray)[index]
}
