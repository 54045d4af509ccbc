/** Which processor generation a report comes from, and how that generation lays out a TCB version. */
import { isAllZero } from '@veritee/codec/bytes'
import { SnpError } from '../codes.ts'
import type { SnpProduct, SnpTcb } from '../types.ts'

interface ModelRange {
  readonly family: number
  readonly from: number
  readonly to: number
  readonly product: SnpProduct
}

/** Both ends inclusive. Genoa includes Bergamo and Siena. */
const MODELS: readonly ModelRange[] = [
  { family: 0x19, from: 0x00, to: 0x0f, product: 'Milan' },
  { family: 0x19, from: 0x10, to: 0x1f, product: 'Genoa' },
  { family: 0x19, from: 0xa0, to: 0xaf, product: 'Genoa' },
  { family: 0x1a, from: 0x00, to: 0x11, product: 'Turin' },
]

/**
 * Tells the generation from the CPUID fields of a report of version 3 or later.
 *
 * @throws EvidenceError SNP_PRODUCT_UNKNOWN
 */
export function productOfCpuid(family: number, model: number): SnpProduct {
  const range = MODELS.find((entry) => entry.family === family && model >= entry.from && model <= entry.to)
  if (range !== undefined) return range.product
  throw new SnpError('SNP_PRODUCT_UNKNOWN', undefined, {
    details: { path: 'cpuid', expected: 'family and model of Milan, Genoa or Turin', actual: { family, model } },
  })
}

/** Tells the generation of a version 2 report, which carries no CPUID: only Turin has a chip id of 8 bytes and zeros. */
export function productOfChipId(chipId: Uint8Array): SnpProduct {
  const short = !isAllZero(chipId.subarray(0, 8)) && isAllZero(chipId.subarray(8))
  return short ? 'Turin' : 'Milan'
}

/** Reads the 8 bytes of a TCB version in the layout of its generation. */
export function parseTcb(bytes: Uint8Array, product: SnpProduct): SnpTcb {
  if (product === 'Turin') {
    return { fmc: bytes[0]!, bootloader: bytes[1]!, tee: bytes[2]!, snp: bytes[3]!, microcode: bytes[7]! }
  }
  return { bootloader: bytes[0]!, tee: bytes[1]!, snp: bytes[6]!, microcode: bytes[7]! }
}

/** The bytes of a TCB version that its generation reserves; they must be zero. */
export function reservedOfTcb(bytes: Uint8Array, product: SnpProduct): Uint8Array {
  return product === 'Turin' ? bytes.subarray(4, 7) : bytes.subarray(2, 6)
}

/** Writes a TCB version in the layout of its generation. */
export function encodeTcb(tcb: SnpTcb, product: SnpProduct): Uint8Array {
  return product === 'Turin'
    ? Uint8Array.of(tcb.fmc ?? 0, tcb.bootloader, tcb.tee, tcb.snp, 0, 0, 0, tcb.microcode)
    : Uint8Array.of(tcb.bootloader, tcb.tee, 0, 0, 0, 0, tcb.snp, tcb.microcode)
}
