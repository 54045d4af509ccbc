import { type BitNames, nameBits } from './bits.ts'

/** Extended processor features, in the layout of XCR0 and IA32_XSS: XFAM of a TD, XFRM of an enclave (section 1.7). */
export const PROCESSOR_FEATURES: BitNames = {
  X87: 1n << 0n,
  SSE: 1n << 1n,
  AVX: 1n << 2n,
  AVX512_OPMASK: 1n << 5n,
  AVX512_ZMM_HI256: 1n << 6n,
  AVX512_HI16_ZMM: 1n << 7n,
  PT: 1n << 8n,
  PKRU: 1n << 9n,
  PASID: 1n << 10n,
  CET_U: 1n << 11n,
  CET_S: 1n << 12n,
  HDC: 1n << 13n,
  UINTR: 1n << 14n,
  LBR: 1n << 15n,
  HWP: 1n << 16n,
  AMX_TILECFG: 1n << 17n,
  AMX_TILEDATA: 1n << 18n,
}

/** Names of the processor features of an XFAM or XFRM value; a bit without a name is shown as `bit n`. */
export function nameProcessorFeatures(value: bigint): readonly string[] {
  return nameBits(value, PROCESSOR_FEATURES)
}
