/** Attributes of a TD, bit by bit (specification page, section 1.6). */

/** Bits that have a name. */
export const TD_ATTRIBUTES: Readonly<Record<string, bigint>> = {
  DEBUG: 1n << 0n,
  HGS_PLUS_PROF: 1n << 4n,
  PERF_PROF: 1n << 5n,
  PMT_PROF: 1n << 6n,
  ICSSD: 1n << 16n,
  SERVTD_EXT: 1n << 17n,
  LASS: 1n << 27n,
  SEPT_VE_DISABLE: 1n << 28n,
  MIGRATABLE: 1n << 29n,
  PKS: 1n << 30n,
  KL: 1n << 31n,
  TPA: 1n << 62n,
  PERFMON: 1n << 63n,
}

/** Bits that say nothing against a TD. */
export const HARMLESS_TD_ATTRIBUTES: bigint =
  TD_ATTRIBUTES['SEPT_VE_DISABLE']! | TD_ATTRIBUTES['PKS']! | TD_ATTRIBUTES['KL']! | TD_ATTRIBUTES['PERFMON']!

/** Names of the bits that are set; a bit without a name is given as `bit 8`. */
export function nameTdAttributes(attributes: bigint): readonly string[] {
  const names: string[] = []
  for (let bit = 0n; bit < 64n; bit++) {
    if ((attributes & (1n << bit)) === 0n) continue
    const name = Object.keys(TD_ATTRIBUTES).find((key) => TD_ATTRIBUTES[key] === 1n << bit)
    names.push(name ?? `bit ${bit}`)
  }
  return names
}
