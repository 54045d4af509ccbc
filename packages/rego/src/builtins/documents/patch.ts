import type { BuiltinContext } from '../../evaluate/builtin.ts'
import {
  equalValues,
  isArray,
  isObject,
  isSet,
  ObjectBuilder,
  type RegoArray,
  type RegoObject,
  RegoSet,
  type Value,
} from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, operand, operandRuleError, readArray } from '../operand.ts'
import { indexOf, parsePointer, partAt } from './path.ts'

/** A change of one part: its new value, or undefined to take it out. Undefined in place of all means: no such part. */
interface Change {
  readonly kind: 'add' | 'remove' | 'replace'
  readonly value?: Value
}

function changeArray(items: RegoArray, key: Value, change: Change): Value | undefined {
  const index = key === '-' && change.kind === 'add' ? items.length : indexOf(key)
  if (index === undefined || index > items.length) return undefined
  if (change.kind === 'add') return items.toSpliced(index, 0, change.value!)
  if (index === items.length) return undefined
  return change.kind === 'remove' ? items.toSpliced(index, 1) : items.with(index, change.value!)
}

function changeObject(object: RegoObject, key: Value, change: Change): Value | undefined {
  if (change.kind !== 'add' && !object.has(key)) return undefined
  const members = new ObjectBuilder()
  for (const [name, value] of object.unorderedEntries()) {
    if (change.kind !== 'remove' || !equalValues(name, key)) members.set(name, value)
  }
  if (change.kind !== 'remove') members.set(key, change.value!)
  return members.build()
}

/** A set's member is its own key, so what is added under a key must equal it. */
function changeSet(set: RegoSet, key: Value, change: Change, isWhole: boolean): Value | undefined {
  if (change.kind === 'add') return equalValues(key, change.value!) ? set.union(RegoSet.of([key])) : undefined
  if (!set.has(key)) return undefined
  const rest = set.difference(RegoSet.of([key]))
  if (change.kind === 'remove') return rest
  if (isWhole && !equalValues(key, change.value!)) return undefined
  return rest.union(RegoSet.of([change.value!]))
}

function changePart(container: Value, key: Value, change: Change, isWhole: boolean): Value | undefined {
  if (isArray(container)) return changeArray(container, key, change)
  if (isObject(container)) return changeObject(container, key, change)
  return isSet(container) ? changeSet(container, key, change, isWhole) : undefined
}

/** The document with one part changed; undefined where the path leads nowhere. */
function changeAt(document: Value, path: RegoArray, change: Change, context: BuiltinContext): Value | undefined {
  if (path.length === 0) return change.kind === 'remove' ? null : change.value
  const containers: Value[] = [document]
  for (const key of path.slice(0, -1)) {
    const next = partAt(containers[containers.length - 1]!, key)
    if (next === undefined) return undefined
    containers.push(next)
  }
  let current: Change = change
  for (let i = path.length - 1; i >= 0; i--) {
    const container = containers[i]!
    const size = isArray(container) ? container.length : isObject(container) || isSet(container) ? container.size : 0
    context.step(1 + size)
    context.memory(32 * (1 + size))
    const changed = changePart(container, path[i]!, current, i === path.length - 1)
    if (changed === undefined) return undefined
    current = { kind: 'replace', value: changed }
  }
  return current.value
}

function find(document: Value, path: RegoArray): Value | undefined {
  let value: Value | undefined = document
  for (const key of path) value = value === undefined ? undefined : partAt(value, key)
  return value
}

function readPath(operation: RegoObject, name: 'path' | 'from'): RegoArray {
  const path = operation.member(name)
  if (typeof path === 'string') return parsePointer(path)
  if (path !== undefined && isArray(path)) return path
  throw operandRuleError(2, `must have a ${name} that is a string or an array in each operation`)
}

function readOperationValue(operation: RegoObject): Value {
  const value = operation.member('value')
  if (value === undefined) throw operandRuleError(2, "must have a 'value' in each add, replace and test operation")
  return value
}

function applyOperation(document: Value, operation: RegoObject, context: BuiltinContext): Value | undefined {
  const path = readPath(operation, 'path')
  const kind = operation.member('op')
  context.step(1 + path.length)
  switch (kind) {
    case 'add':
    case 'replace':
      return changeAt(document, path, { kind, value: readOperationValue(operation) }, context)
    case 'remove':
      return changeAt(document, path, { kind }, context)
    case 'test': {
      const value = find(document, path)
      return value !== undefined && equalValues(value, readOperationValue(operation)) ? document : undefined
    }
    case 'copy':
    case 'move': {
      const from = readPath(operation, 'from')
      const value = find(document, from)
      if (value === undefined) return undefined
      const rest = kind === 'copy' ? document : changeAt(document, from, { kind: 'remove' }, context)
      return rest === undefined ? undefined : changeAt(rest, path, { kind: 'add', value }, context)
    }
    default:
      throw operandRuleError(2, `has an unrecognized op in an operation`)
  }
}

function patchDocument(operands: Operands, context: BuiltinContext): Value | undefined {
  let document: Value | undefined = operand(operands, 1)
  for (const operation of readArray(operands, 2)) {
    if (!isObject(operation)) throw operandRuleError(2, 'must be array of JSON-Patch objects')
    document = applyOperation(document, operation, context)
    if (document === undefined) return undefined
  }
  return document
}

/** `json.patch` (RFC 6902), on sets too. A patch that does not apply has no result. */
export const PATCH_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('json.patch', 'any, array<object<any: any>> -> any', patchDocument),
]
