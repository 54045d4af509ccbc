import { concatBytes, u64le } from '@veritee/codec/bytes'
import { type FieldValue, readField, readReportData, simulatedMeasurement } from './registers.ts'

/** Which TD report body: 1.0, 1.5, or 1.5 extended. */
export type TdBodyKind = 'td10' | 'td15' | 'td15ex'

/** What a simulated TD says about itself. Every member has a default; sizes are in bytes. */
export interface TdValues {
  /** 16: module minor SVN, module major version, microcode SVN, zeros. */
  readonly teeTcbSvn?: FieldValue
  /** 48. */
  readonly mrSeam?: FieldValue
  /** 48, zero for an Intel module. */
  readonly mrSignerSeam?: FieldValue
  readonly seamAttributes?: bigint
  /** Default SEPT_VE_DISABLE alone. */
  readonly tdAttributes?: bigint
  readonly xfam?: bigint
  /** 48. */
  readonly mrTd?: FieldValue
  /** 48, default zero. */
  readonly mrConfigId?: FieldValue
  /** 48, default zero. */
  readonly mrOwner?: FieldValue
  /** 48, default zero. */
  readonly mrOwnerConfig?: FieldValue
  /** 48 each; RTMR3 is zero by default. */
  readonly rtmr0?: FieldValue
  readonly rtmr1?: FieldValue
  readonly rtmr2?: FieldValue
  readonly rtmr3?: FieldValue
  /** Up to 64, zeros behind it. */
  readonly reportData?: FieldValue
  /** 16, from body 1.5 on: the module that runs now. Default `teeTcbSvn`. */
  readonly teeTcbSvn2?: FieldValue
  /** 48, from body 1.5 on. */
  readonly mrServiceTd?: FieldValue
  /** The extended body. */
  readonly vmId?: number
  /** 32. */
  readonly tdId?: FieldValue
}

/** SEPT_VE_DISABLE. */
export const DEFAULT_TD_ATTRIBUTES: bigint = 1n << 28n
/** x87, SSE, AVX, AVX-512, PKRU, AMX, UINTR. */
export const DEFAULT_XFAM = 0x642e7n

/** A TD report body (specification page, section 1.3): 584, 648 or 885 bytes. */
export function encodeTdReport(kind: TdBodyKind, values: TdValues, defaultTeeTcbSvn: Uint8Array): Uint8Array {
  const teeTcbSvn = readField('teeTcbSvn', values.teeTcbSvn ?? defaultTeeTcbSvn, 16)
  const common = concatBytes(
    teeTcbSvn,
    register('mrSeam', values.mrSeam, simulatedMeasurement('MRSEAM', 48)),
    register('mrSignerSeam', values.mrSignerSeam),
    u64le(values.seamAttributes ?? 0n),
    u64le(values.tdAttributes ?? DEFAULT_TD_ATTRIBUTES),
    u64le(values.xfam ?? DEFAULT_XFAM),
    ...encodeTdMeasurements(values),
    readReportData(values.reportData ?? new Uint8Array(0)),
  )
  if (kind === 'td10') return common
  const svn2 = readField('teeTcbSvn2', values.teeTcbSvn2 ?? teeTcbSvn, 16)
  const with15 = concatBytes(common, svn2, register('mrServiceTd', values.mrServiceTd))
  if (kind === 'td15') return with15
  const zeros = new Uint8Array(885 - 681)
  return concatBytes(
    with15,
    Uint8Array.of(values.vmId ?? 0),
    readField('tdId', values.tdId ?? simulatedMeasurement('TD id', 32), 32),
    zeros,
  )
}

/** MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG and RTMR 0 to 3, in the order that reports have them. */
export function encodeTdMeasurements(values: TdValues): Uint8Array[] {
  return [
    register('mrTd', values.mrTd, simulatedMeasurement('MRTD', 48)),
    register('mrConfigId', values.mrConfigId),
    register('mrOwner', values.mrOwner),
    register('mrOwnerConfig', values.mrOwnerConfig),
    register('rtmr0', values.rtmr0, simulatedMeasurement('RTMR0', 48)),
    register('rtmr1', values.rtmr1, simulatedMeasurement('RTMR1', 48)),
    register('rtmr2', values.rtmr2, simulatedMeasurement('RTMR2', 48)),
    register('rtmr3', values.rtmr3),
  ]
}

/** A register of 48 bytes, zero unless it has a value or a default. */
export function register(
  name: string,
  value: FieldValue | undefined,
  otherwise: Uint8Array = new Uint8Array(48),
): Uint8Array {
  return readField(name, value ?? otherwise, 48)
}
