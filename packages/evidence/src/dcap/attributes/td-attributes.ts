import { type BitNames, nameBits } from './bits.ts'

/** TD attributes by Intel's names (specification page, section 1.6). */
export const TD_ATTRIBUTES: BitNames = {
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

/** The TUD group: any of these bits means that the TD is open to its host. */
export const TD_UNTRUSTED_ATTRIBUTES: bigint = 0xffn

/** Names of the TD attributes that are set; a bit without a name is shown as `bit n`. */
export function nameTdAttributes(value: bigint): readonly string[] {
  return nameBits(value, TD_ATTRIBUTES)
}
