/** Report pages of versions 1 to 3, as the firmware writes them and as attesters pass them on. */
import { concatBytes, encodeUtf8, u16le, u32le } from '@veritee/codec/bytes'
import { hmacSm3 } from '@veritee/codec/sm'
import { type FieldValue, padField, simulatedDigest } from '../state/field.ts'
import { encodeSignature, SM2_SIGNATURE, USAGE } from './certificates.ts'
import type { Sm2Key } from './key.ts'

export type CsvReportVersion = 1 | 2 | 3

/** What a report says. Byte fields that are shorter than theirs end in zeros. */
export interface CsvReportValues {
  /** Default 1. */
  readonly version?: CsvReportVersion
  readonly userPublicKeyDigest?: FieldValue
  readonly vmId?: FieldValue
  readonly vmVersion?: FieldValue
  readonly reportData?: FieldValue
  /** 16 bytes that the guest chose. */
  readonly mnonce?: FieldValue
  /** 32 bytes: the launch digest. */
  readonly measure?: FieldValue
  /** Default no debugging, CSV. */
  readonly policy?: number
  readonly signatureUsage?: number
  readonly signatureAlgorithm?: number
  /** Version 1: what everything is XORed with. */
  readonly anonce?: number
  /** Version 2 on. Default 2400. */
  readonly build?: number
  /** Version 2 on: registers 1 to 4 of 32 bytes; register 0 is the launch digest unless said otherwise. */
  readonly rtmrs?: readonly Uint8Array[]
  readonly rtmr0?: FieldValue
  /** Version 3: 64 bytes. */
  readonly hostData?: FieldValue
}

/** A report before it is signed. Every member may be changed to break precisely one thing. */
export interface CsvReportTemplate extends CsvReportValues {
  version: CsvReportVersion
  signer: Sm2Key
  /** The PEK certificate that goes inside, 2084 bytes. */
  pek: Uint8Array
  /** 64 bytes, NUL padded. */
  serialNumber: Uint8Array
  /** 32 bytes that only the firmware's own page has. */
  sealingKey?: Uint8Array
}

const PAGE_BYTES = 4096
const SIGNED_BYTES = { 1: 0xb4, 2: 0x400, 3: 0x400 } as const
const NODBG_CSV = 0x21

/** The page as attesters pass it on: 4096 bytes, key and serial number in the clear, the sealing key removed. */
export function encodeReport(template: CsvReportTemplate): Uint8Array {
  const { fields, tail } = encodeSigned(template)
  const { pek, serialNumber } = template
  const signer = concatBytes(pek, serialNumber, new Uint8Array(32), macOf(template))
  return page(fields, tail, signer)
}

/** The page as the firmware returns it: in version 1 key and serial number are XORed too, and the sealing key is inside. */
export function encodeFirmwareReport(template: CsvReportTemplate): Uint8Array {
  const { fields, tail } = encodeSigned(template)
  return page(fields, tail, concatBytes(coveredOf(template), macOf(template)))
}

/** 64 bytes, NUL padded. */
export function encodeSerialNumber(text: string): Uint8Array {
  return padField('serialNumber', encodeUtf8(text), 64)
}

/** Everything before the signer part: fields, nonce or build, registers, signature. */
function encodeSigned(template: CsvReportTemplate): { fields: Uint8Array; tail: Uint8Array } {
  const { version, signer, anonce = 0 } = template
  const common = encodeCommon(template)
  if (version === 1) {
    const stored = tweak(common, anonce)
    const signature = signer.sign(stored.subarray(0, SIGNED_BYTES[1]))
    return { fields: concatBytes(stored, u32le(anonce)), tail: encodeSignature(signature) }
  }
  const { rtmrs = [], rtmr0, measure = simulatedDigest('launch', 32), build = 2400, hostData } = template
  const registers = [
    padField('rtmr0', rtmr0 ?? measure, 32),
    ...Array.from({ length: 4 }, (_, index) => padField(`rtmr${index + 1}`, rtmrs[index], 32)),
  ]
  const fields = concatBytes(
    common,
    u32le(build),
    u16le(1),
    new Uint8Array(14),
    ...registers,
    new Uint8Array(592),
    padField('hostData', version === 3 ? hostData : undefined, 64),
  )
  return { fields, tail: encodeSignature(signer.sign(fields)) }
}

/** The 188 bytes that all versions begin with. */
function encodeCommon(values: CsvReportTemplate): Uint8Array {
  return concatBytes(
    padField('userPublicKeyDigest', values.userPublicKeyDigest, 32),
    padField('vmId', values.vmId, 16),
    padField('vmVersion', values.vmVersion, 16),
    padField('reportData', values.reportData, 64),
    nonceOf(values),
    padField('measure', values.measure ?? simulatedDigest('launch', 32), 32),
    u32le(values.policy ?? NODBG_CSV),
    u32le(values.signatureUsage ?? USAGE.pek),
    u32le(values.signatureAlgorithm ?? SM2_SIGNATURE),
  )
}

function nonceOf({ mnonce }: CsvReportValues): Uint8Array {
  return padField('mnonce', mnonce ?? simulatedDigest('mnonce', 16), 16)
}

function coveredOf({ version, pek, serialNumber, sealingKey, anonce = 0 }: CsvReportTemplate): Uint8Array {
  const mask = version === 1 ? anonce : 0
  return concatBytes(tweak(pek, mask), tweak(serialNumber, mask), sealingKey ?? new Uint8Array(32))
}

function macOf(template: CsvReportTemplate): Uint8Array {
  return hmacSm3(nonceOf(template), coveredOf(template))
}

function tweak(bytes: Uint8Array, anonce: number): Uint8Array {
  return bytes.map((byte, index) => byte ^ ((anonce >>> (8 * (index % 4))) & 0xff))
}

function page(...parts: readonly Uint8Array[]): Uint8Array {
  const used = concatBytes(...parts)
  return concatBytes(used, new Uint8Array(PAGE_BYTES - used.length))
}
