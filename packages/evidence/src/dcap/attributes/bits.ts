/** Names of the bits of a 64-bit attribute field, each with its mask. */
export type BitNames = Readonly<Record<string, bigint>>

/**
 * The names of the bits that are set, in ascending order of the bits. A bit without a name is shown as `bit n`, so that
 * nothing that is set goes unmentioned.
 */
export function nameBits(value: bigint, names: BitNames): readonly string[] {
  const found: string[] = []
  for (let bit = 0n; value >> bit !== 0n && bit < 64n; bit++) {
    const mask = 1n << bit
    if ((value & mask) === 0n) continue
    found.push(Object.keys(names).find((name) => names[name] === mask) ?? `bit ${bit}`)
  }
  return found
}

/** The bits that are set and have no name: reserved, or newer than this table. */
export function findUnknownBits(value: bigint, names: BitNames): bigint {
  return Object.values(names).reduce((rest, mask) => rest & ~mask, value)
}
