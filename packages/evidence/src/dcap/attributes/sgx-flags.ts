import { type BitNames, nameBits } from './bits.ts'

/** SGX attribute flags by Intel's names (specification page, section 1.2). */
export const SGX_FLAGS: BitNames = {
  INIT: 0x1n,
  DEBUG: 0x2n,
  MODE64BIT: 0x4n,
  PROVISION_KEY: 0x10n,
  EINITTOKEN_KEY: 0x20n,
  CET: 0x40n,
  KSS: 0x80n,
  AEX_NOTIFY: 0x400n,
}

/** Names of the SGX attribute flags that are set; a bit without a name is shown as `bit n`. */
export function nameSgxFlags(value: bigint): readonly string[] {
  return nameBits(value, SGX_FLAGS)
}
