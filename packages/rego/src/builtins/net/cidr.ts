import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isArray, isObject, isSet, RegoSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, operandError, readString } from '../operand.ts'
import { addressText, type IpNetwork, lastOf, networkOf, parseAddress, parseNetwork } from './address.ts'

const CIDR_LIST = 'string | array<string | array<any>> | set<string | array<any>> | object<any: string | array<any>>'

function readNetwork(text: string): IpNetwork {
  const network = parseNetwork(text)
  if (network === undefined) throw failure(`invalid CIDR address: ${text}`)
  return network
}

/** A network, or a single address as the network of itself. */
function readNetworkOrAddress(text: string): IpNetwork {
  const address = parseAddress(text)
  return address === undefined ? readNetwork(text) : networkOf(address, address.bits)
}

function contains(outer: IpNetwork, inner: IpNetwork): boolean {
  return outer.bits === inner.bits && inner.first >= outer.first && lastOf(inner) <= lastOf(outer)
}

function intersects(a: IpNetwork, b: IpNetwork): boolean {
  return a.bits === b.bits && a.first <= lastOf(b) && b.first <= lastOf(a)
}

function test(name: string, holds: (a: string, b: string) => boolean): TypedBuiltin {
  return defineBuiltin(name, 'string, string -> boolean', (operands) =>
    holds(readString(operands, 1), readString(operands, 2)),
  )
}

/** All addresses of a network, the first and the last included. */
function expand(operands: Operands, context: BuiltinContext): Value {
  const network = readNetwork(readString(operands, 1))
  const count = 2 ** (network.bits - network.length)
  context.step(count)
  context.memory(48 * count)
  const addresses: Value[] = []
  for (let value = network.first; value <= lastOf(network); value++) {
    addresses.push(addressText({ bits: network.bits, value }))
  }
  return RegoSet.of(addresses)
}

/** One network of a list and what names it in the result. */
interface ListedNetwork {
  readonly name: Value
  readonly network: IpNetwork
}

/** Networks of a text, of an array by index, of a set by member, of an object by key. */
function readList(operands: Operands, position: number, read: (text: string) => IpNetwork): ListedNetwork[] {
  const value = operand(operands, position)
  const networkIn = (item: Value): IpNetwork => {
    const text = isArray(item) ? item[0] : item
    if (typeof text === 'string') return read(text)
    throw failure(`operand ${position}: element must be string or non-empty array`)
  }
  if (typeof value === 'string') return [{ name: value, network: read(value) }]
  if (isArray(value)) return value.map((item, index) => ({ name: index, network: networkIn(item) }))
  if (isSet(value)) return value.values().map((item) => ({ name: item, network: networkIn(item) }))
  if (isObject(value)) return [...value.entries()].map(([name, item]) => ({ name, network: networkIn(item) }))
  throw operandError(position, 'one of {string, array, set, object}', value)
}

function matchContained(operands: Operands, context: BuiltinContext): Value {
  const outer = readList(operands, 1, readNetwork)
  const inner = readList(operands, 2, readNetworkOrAddress)
  context.step(outer.length * inner.length)
  const matches: Value[] = []
  for (const a of outer) {
    for (const b of inner) {
      if (!contains(a.network, b.network)) continue
      context.memory(64)
      matches.push([a.name, b.name])
    }
  }
  return RegoSet.of(matches)
}

/** Networks in CIDR notation compared and taken apart. */
export const CIDR_BUILTINS: readonly TypedBuiltin[] = [
  test('net.cidr_contains', (a, b) => contains(readNetwork(a), readNetworkOrAddress(b))),
  test('net.cidr_overlap', (a, b) => contains(readNetwork(a), readNetworkOrAddress(b))),
  test('net.cidr_intersects', (a, b) => intersects(readNetwork(a), readNetwork(b))),
  defineBuiltin('net.cidr_is_valid', 'any -> boolean', (operands) => {
    const text = operand(operands, 1)
    return typeof text === 'string' && parseNetwork(text) !== undefined
  }),
  defineBuiltin('net.cidr_expand', 'string -> set<string>', expand),
  defineBuiltin('net.cidr_contains_matches', `${CIDR_LIST}, ${CIDR_LIST} -> set<[any, any]>`, matchContained),
]
