import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { RegoSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, readStrings } from '../operand.ts'
import { addressText, type IpNetwork, lastOf, networkOf, parseAddress, parseNetwork } from './address.ts'

interface Range {
  readonly bits: 32 | 128
  readonly first: bigint
  last: bigint
}

/** A network, or an IPv4 address as the network of its old class A, B or C. */
function readNetwork(text: string): IpNetwork {
  const network = parseNetwork(text)
  if (network !== undefined) return network
  const address = parseAddress(text)
  if (address === undefined) throw failure(`invalid IP address: ${text}`)
  if (address.bits === 128) throw failure('IPv6 invalid: needs prefix length')
  const top = address.value >> 24n
  if (top >= 224n) throw failure(`${text} has no network: needs prefix length`)
  return networkOf(address, top < 128n ? 8 : top < 192n ? 16 : 24)
}

/** The fewest networks that cover a range exactly. */
function* networksOf({ bits, first, last }: Range): Iterable<IpNetwork> {
  for (let start = first; start <= last; ) {
    let host = 0
    while (host < bits) {
      const size = 1n << BigInt(host + 1)
      if (start % size !== 0n || start + size - 1n > last) break
      host++
    }
    yield { bits, first: start, length: bits - host }
    start += 1n << BigInt(host)
  }
}

function compareRanges(a: Range, b: Range): number {
  if (a.bits !== b.bits) return a.bits - b.bits
  return a.first < b.first ? -1 : Number(a.first > b.first)
}

function merge(operands: Operands, context: BuiltinContext): Value {
  const texts = readStrings(operands, 1)
  context.step(texts.length * (1 + Math.ceil(Math.log2(texts.length + 1))))
  context.memory(128 * texts.length)
  const ranges = texts.map((text): Range => {
    const network = readNetwork(text)
    return { bits: network.bits, first: network.first, last: lastOf(network) }
  })
  const merged: Range[] = []
  for (const range of ranges.sort(compareRanges)) {
    const former = merged[merged.length - 1]
    if (former?.bits !== range.bits || range.first > former.last + 1n) merged.push(range)
    else if (range.last > former.last) former.last = range.last
  }
  const networks: Value[] = []
  for (const range of merged) {
    for (const { bits, first, length } of networksOf(range)) {
      context.step()
      context.memory(64)
      networks.push(`${addressText({ bits, value: first })}/${length}`)
    }
  }
  return RegoSet.of(networks)
}

/** `net.cidr_merge`: the fewest networks that cover the same addresses. */
export const MERGE_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('net.cidr_merge', 'array<string> | set<string> -> set<string>', merge),
]
