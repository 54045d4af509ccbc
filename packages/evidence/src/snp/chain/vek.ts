/** VCEK and VLEK certificates by their extensions (AMD VCEK Certificate and KDS Interface Specification, section 3.1). */
import { DerReader, TAG } from '@veritee/codec/der'
import { isCodedError } from '@veritee/codec/error'
import type { X509Certificate } from '@veritee/codec/x509'
import { SnpError, type SnpErrorCode } from '../codes.ts'
import type { SnpProduct, SnpTcb } from '../types.ts'

const ARC = '1.3.6.1.4.1.3704.1'
const OID = {
  productName: `${ARC}.2`,
  bootloader: `${ARC}.3.1`,
  tee: `${ARC}.3.2`,
  snp: `${ARC}.3.3`,
  microcode: `${ARC}.3.8`,
  fmc: `${ARC}.3.9`,
  hardwareId: `${ARC}.4`,
  cspId: `${ARC}.5`,
} as const

/** What a versioned endorsement key certificate says about chip and TCB. */
export interface Vek {
  readonly kind: 'vcek' | 'vlek'
  readonly certificate: X509Certificate
  /** From the product name extension, such as `Milan-B0`. */
  readonly product: SnpProduct
  readonly productName: string
  readonly tcb: SnpTcb
  /** VCEK: 64 bytes, 8 on Turin. */
  readonly hardwareId?: Uint8Array
  /** VLEK: the cloud provider it was loaded by. */
  readonly cspId?: string
}

/**
 * Reads the extensions of a VCEK or VLEK certificate. The kind is told by the extensions (a hardware id makes a VCEK, a
 * provider id a VLEK), not by the subject's name.
 *
 * @throws EvidenceError SNP_VEK_INVALID, SNP_VEK_EXTENSION
 */
export function parseVek(certificate: X509Certificate): Vek {
  const key = certificate.publicKey
  if (key.algorithm !== 'ec' || key.curve !== 'P-384') {
    throw refuse('SNP_VEK_INVALID', 'vek.publicKey', 'a P-384 key', key.curve ?? key.algorithm)
  }
  const productName = read(certificate, OID.productName, (der) => der.readText())
  const product = productOfName(productName)
  const part = (oid: string): number => read(certificate, oid, (der) => der.readSmallInteger(0, 255))
  const tcb: SnpTcb = {
    ...(product === 'Turin' ? { fmc: part(OID.fmc) } : {}),
    bootloader: part(OID.bootloader),
    tee: part(OID.tee),
    snp: part(OID.snp),
    microcode: part(OID.microcode),
  }
  const hardwareId = certificate.extensions.get(OID.hardwareId)?.value
  const cspId = certificate.extensions.get(OID.cspId)?.value
  if ((hardwareId === undefined) === (cspId === undefined)) {
    throw refuse(
      'SNP_VEK_EXTENSION',
      'vek.extensions',
      'a hardware id (VCEK) or a provider id (VLEK), one of them',
      hardwareId ? 'both' : 'neither',
    )
  }
  const common = { certificate, product, productName, tcb }
  if (hardwareId !== undefined) return { ...common, kind: 'vcek', hardwareId: hardwareIdOf(hardwareId, product) }
  return { ...common, kind: 'vlek', cspId: read(certificate, OID.cspId, (der) => der.readText()) }
}

/** Whether a certificate carries the extensions of a VCEK or VLEK at all. */
export function looksLikeVek(certificate: X509Certificate): boolean {
  return certificate.extensions.has(OID.hardwareId) || certificate.extensions.has(OID.cspId)
}

function productOfName(name: string): SnpProduct {
  const product = (['Milan', 'Genoa', 'Turin'] as const).find((known) => name === known || name.startsWith(`${known}-`))
  if (product === undefined) throw refuse('SNP_VEK_EXTENSION', 'vek.productName', 'Milan, Genoa or Turin', name)
  return product
}

/** The key distribution service writes the id as bare bytes; some writers wrap it in an OCTET STRING. */
function hardwareIdOf(value: Uint8Array, product: SnpProduct): Uint8Array {
  const size = product === 'Turin' ? 8 : 64
  if (value.length === size) return value
  if (value.length === size + 2 && value[0] === TAG.octetString && value[1] === size) return value.subarray(2)
  throw refuse('SNP_VEK_EXTENSION', 'vek.hardwareId', `${size} bytes`, value.length)
}

function read<T>(certificate: X509Certificate, oid: string, work: (der: DerReader) => T): T {
  const extension = certificate.extensions.get(oid)
  if (extension === undefined) throw refuse('SNP_VEK_EXTENSION', `vek.${oid}`, 'present', 'absent')
  try {
    const der = new DerReader(extension.value)
    const value = work(der)
    der.expectEnd()
    return value
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new SnpError('SNP_VEK_EXTENSION', undefined, { details: { path: `vek.${oid}` }, cause })
  }
}

function refuse(code: SnpErrorCode, path: string, expected: unknown, actual: unknown): SnpError {
  return new SnpError(code, undefined, { details: { path, expected, actual } })
}
