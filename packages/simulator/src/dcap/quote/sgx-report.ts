import { concatBytes, u16le, u32le, u64le } from '@veritee/codec/bytes'
import { type FieldValue, readField, readReportData, simulatedMeasurement } from './registers.ts'

/** What a simulated enclave says about itself. Every member has a default; sizes are in bytes. */
export interface SgxValues {
  /** 16. */
  readonly cpuSvn?: FieldValue
  readonly miscSelect?: number
  /** 16. */
  readonly isvExtProdId?: FieldValue
  /** Default INIT and MODE64BIT. */
  readonly attributeFlags?: bigint
  readonly xfrm?: bigint
  /** 32. */
  readonly mrEnclave?: FieldValue
  /** 32. */
  readonly mrSigner?: FieldValue
  /** 64. */
  readonly configId?: FieldValue
  readonly isvProdId?: number
  readonly isvSvn?: number
  readonly configSvn?: number
  /** 16. */
  readonly isvFamilyId?: FieldValue
  /** Up to 64, zeros behind it. */
  readonly reportData?: FieldValue
}

/** An SGX report body (specification page, section 1.2): 384 bytes. */
export function encodeSgxReport(values: SgxValues): Uint8Array {
  return concatBytes(
    readField('cpuSvn', values.cpuSvn ?? new Uint8Array(16), 16),
    u32le(values.miscSelect ?? 0),
    new Uint8Array(12),
    readField('isvExtProdId', values.isvExtProdId ?? new Uint8Array(16), 16),
    u64le(values.attributeFlags ?? 0x5n),
    u64le(values.xfrm ?? 0xe7n),
    readField('mrEnclave', values.mrEnclave ?? simulatedMeasurement('MRENCLAVE', 32), 32),
    new Uint8Array(32),
    readField('mrSigner', values.mrSigner ?? simulatedMeasurement('MRSIGNER', 32), 32),
    new Uint8Array(32),
    readField('configId', values.configId ?? new Uint8Array(64), 64),
    u16le(values.isvProdId ?? 0),
    u16le(values.isvSvn ?? 0),
    u16le(values.configSvn ?? 0),
    new Uint8Array(42),
    readField('isvFamilyId', values.isvFamilyId ?? new Uint8Array(16), 16),
    readReportData(values.reportData ?? new Uint8Array(0)),
  )
}
