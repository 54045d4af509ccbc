/** The extensions of endorsement key certificates (AMD VCEK Certificate and KDS Interface Specification, section 3.1). */
import { encodeIa5String, encodeInteger } from '@veritee/codec/der'
import type { SnpProduct, SnpTcb } from '@veritee/evidence/snp'
import type { ExtensionTemplate } from '../x509/extensions.ts'

const ARC = '1.3.6.1.4.1.3704.1'

/** Object identifiers by what they say. */
export const VEK_OIDS: Readonly<
  Record<
    'structVersion' | 'productName' | 'bootloader' | 'tee' | 'snp' | 'microcode' | 'fmc' | 'hardwareId' | 'cspId',
    string
  >
> = {
  structVersion: `${ARC}.1`,
  productName: `${ARC}.2`,
  bootloader: `${ARC}.3.1`,
  tee: `${ARC}.3.2`,
  snp: `${ARC}.3.3`,
  microcode: `${ARC}.3.8`,
  fmc: `${ARC}.3.9`,
  hardwareId: `${ARC}.4`,
  cspId: `${ARC}.5`,
}

/** Reserved patch levels, which certificates carry as zero. */
const RESERVED_OIDS = [4, 5, 6, 7].map((part) => `${ARC}.3.${part}`)

/** Extensions that both kinds of certificate have. */
export function tcbExtensions(productName: string, tcb: SnpTcb): readonly ExtensionTemplate[] {
  const level = (oid: string, value: number): ExtensionTemplate => ({ oid, value: encodeInteger(value) })
  return [
    level(VEK_OIDS.structVersion, 1),
    productNameExtension(productName),
    level(VEK_OIDS.bootloader, tcb.bootloader),
    level(VEK_OIDS.tee, tcb.tee),
    level(VEK_OIDS.snp, tcb.snp),
    ...RESERVED_OIDS.map((oid) => level(oid, 0)),
    level(VEK_OIDS.microcode, tcb.microcode),
    ...(tcb.fmc === undefined ? [] : [level(VEK_OIDS.fmc, tcb.fmc)]),
  ]
}

export function productNameExtension(name: string): ExtensionTemplate {
  return { oid: VEK_OIDS.productName, value: encodeIa5String(name) }
}

/** Bare bytes, as the key distribution service writes them. */
export function hardwareIdExtension(bytes: Uint8Array): ExtensionTemplate {
  return { oid: VEK_OIDS.hardwareId, value: bytes }
}

export function cspIdExtension(provider: string): ExtensionTemplate {
  return { oid: VEK_OIDS.cspId, value: encodeIa5String(provider) }
}

/** A subject's product name: chips of a generation are named with their stepping, VLEKs without. */
export function productNameOf(product: SnpProduct, kind: 'vcek' | 'vlek'): string {
  return kind === 'vcek' ? `${product}-B0` : product
}
