/** What AMD's service and stores of its certificates call things. */
import { encodeHex, isAllZero } from '@veritee/codec/bytes'
import type { SnpProduct, SnpTcb } from '@veritee/evidence/snp'
import { CollateralError } from '../errors.ts'

/** A chip at a TCB, as a VCEK is issued for it. */
export interface VcekQuery {
  readonly product: SnpProduct
  /** 64 bytes as reports carry it; on Turin only the first 8 count. */
  readonly chipId: Uint8Array
  readonly tcb: SnpTcb
}

const PRODUCTS: readonly SnpProduct[] = ['Milan', 'Genoa', 'Turin']

/** Hexadecimal hardware id. Throws COLLATERAL_QUERY_INVALID for an id that the host masks. */
export function nameHardware({ product, chipId }: VcekQuery): string {
  const sizeBytes = product === 'Turin' ? 8 : 64
  if (chipId.length < sizeBytes) throw invalid('chipId', `${sizeBytes} bytes`, chipId.length)
  const id = chipId.subarray(0, sizeBytes)
  if (isAllZero(id)) throw invalid('chipId', 'a chip id', 'zeros: the host masks it')
  return encodeHex(id)
}

/** Path and query of a VCEK (VCEK Certificate and KDS Interface Specification, section 4.1). */
export function routeVcek(query: VcekQuery): {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
} {
  const { product, tcb } = query
  expectProduct(product)
  return {
    path: `vcek/v1/${product}/${nameHardware(query)}`,
    query: {
      ...(product === 'Turin' ? { fmcSPL: level('fmc', tcb.fmc ?? -1) } : {}),
      blSPL: level('bootloader', tcb.bootloader),
      teeSPL: level('tee', tcb.tee),
      snpSPL: level('snp', tcb.snp),
      ucodeSPL: level('microcode', tcb.microcode),
    },
  }
}

/** Names in a store: by TCB, and the one of a chip that was stored without. */
export function nameVcekFiles(query: VcekQuery): readonly [string, string] {
  const { tcb } = query
  const parts = [
    `bl${level('bootloader', tcb.bootloader)}`,
    `tee${level('tee', tcb.tee)}`,
    `snp${level('snp', tcb.snp)}`,
    `ucode${level('microcode', tcb.microcode)}`,
    ...(tcb.fmc === undefined ? [] : [`fmc${level('fmc', tcb.fmc)}`]),
  ]
  const folder = `vcek/${nameHardware(query)}`
  return [`${folder}/${parts.join('_')}_vcek.der`, `${folder}/vcek.der`]
}

/** Throws COLLATERAL_QUERY_INVALID. */
export function expectProduct(product: string): void {
  if (!PRODUCTS.includes(product as SnpProduct)) throw invalid('product', PRODUCTS.join(', '), product)
}

function level(name: string, value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 255) throw invalid(`tcb.${name}`, '0 to 255', value)
  return String(value).padStart(2, '0')
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError('COLLATERAL_QUERY_INVALID', undefined, { details: { path, expected, actual } })
}
