/** An address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** All addresses that share the first `length` bits with `first`, whose other bits are zero. */
export interface IpNetwork {
  readonly bits: 32 | 128
  readonly first: bigint
  readonly length: number
}

const MAPPED = 0xffffn << 32n

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

/** Groups of 16 bits; the last may be an IPv4 address and then counts as two. */
function parseGroups(text: string): bigint[] | undefined {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const value = parseIpv4(part)
      if (value === undefined) return undefined
      groups.push(value >> 16n, value & 0xffffn)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}

function parseIpv6(text: string): bigint | undefined {
  if (text.length > 64) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const front = parseGroups(halves[0]!)
  const back = halves.length === 2 ? parseGroups(halves[1]!) : []
  if (front === undefined || back === undefined) return undefined
  // An IPv4 address may only stand at the very end.
  if (halves.length === 2 && halves[0]!.includes('.')) return undefined
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return [...front, ...Array<bigint>(missing).fill(0n), ...back].reduce((value, group) => (value << 16n) | group, 0n)
}

function parseAny(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const value = parseIpv4(text)
    return value === undefined ? undefined : { bits: 32, value }
  }
  const value = parseIpv6(text)
  return value === undefined ? undefined : { bits: 128, value }
}

/** An address in either notation; one of IPv4 mapped into IPv6 is the IPv4 address. Undefined for anything else. */
export function parseAddress(text: string): IpAddress | undefined {
  const address = parseAny(text)
  if (address?.bits === 128 && address.value >> 32n === 0xffffn) return { bits: 32, value: address.value - MAPPED }
  return address
}

/** A network such as `10.0.0.0/8`; bits behind the prefix are cleared. Undefined for anything else. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const slash = text.indexOf('/')
  const address = slash < 0 ? undefined : parseAny(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (address === undefined || !/^\d{1,3}$/.test(length) || Number(length) > address.bits) return undefined
  return networkOf(address, Number(length))
}

/** The network of a prefix length that an address lies in. */
export function networkOf(address: IpAddress, length: number): IpNetwork {
  const host = BigInt(address.bits - length)
  return { bits: address.bits, first: (address.value >> host) << host, length }
}

/** The last address of a network. */
export function lastOf(network: IpNetwork): bigint {
  return network.first + (1n << BigInt(network.bits - network.length)) - 1n
}

/** Text of an address (RFC 5952 for IPv6). */
export function addressText({ bits, value }: IpAddress): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
  if (value >> 32n === 0xffffn) return `::ffff:${addressText({ bits: 32, value: value - MAPPED })}`
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  let start = -1
  let size = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (groups[end] === '0') end++
    if (end - i > size) {
      start = i
      size = end - i
    }
  }
  if (start < 0) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + size).join(':')}`
}
