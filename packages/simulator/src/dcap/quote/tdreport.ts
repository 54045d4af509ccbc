import { concatBytes, u64le } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'
import { readField, readReportData, simulatedMeasurement } from './registers.ts'
import { DEFAULT_TD_ATTRIBUTES, DEFAULT_XFAM, encodeTdMeasurements, register, type TdValues } from './td-report.ts'

/**
 * A TDREPORT, 1024 bytes, as the TDX module returns it inside the guest (specification page, section 1.4). Both inner
 * hashes hold. The MAC, which only the processor that made it can check, is made with `macKey`.
 */
export function encodeTdxReport(
  generation: '1.0' | '1.5',
  values: TdValues,
  defaults: { readonly teeTcbSvn: Uint8Array; readonly cpuSvn: Uint8Array },
  macKey: Uint8Array,
): Uint8Array {
  const is15 = generation === '1.5'
  const tcbInfo = encodeTeeTcbInfo(is15, values, defaults.teeTcbSvn)
  const tdInfo = encodeTdInfo(is15, values)
  const fields = concatBytes(
    Uint8Array.of(0x81, 0, is15 ? 1 : 0, 0),
    new Uint8Array(12),
    defaults.cpuSvn,
    digest('sha384', tcbInfo),
    digest('sha384', tdInfo),
    readReportData(values.reportData ?? new Uint8Array(0)),
    new Uint8Array(32),
  )
  return concatBytes(fields, hmac('sha256', macKey, fields), tcbInfo, new Uint8Array(17), tdInfo)
}

/** 239 bytes. */
function encodeTeeTcbInfo(is15: boolean, values: TdValues, defaultSvn: Uint8Array): Uint8Array {
  const svn = readField('teeTcbSvn', values.teeTcbSvn ?? defaultSvn, 16)
  return concatBytes(
    u64le(is15 ? 0x301ffn : 0x1ffn),
    svn,
    register('mrSeam', values.mrSeam, simulatedMeasurement('MRSEAM', 48)),
    register('mrSignerSeam', values.mrSignerSeam),
    u64le(values.seamAttributes ?? 0n),
    is15 ? readField('teeTcbSvn2', values.teeTcbSvn2 ?? svn, 16) : new Uint8Array(16),
    new Uint8Array(95),
  )
}

/** 512 bytes. */
function encodeTdInfo(is15: boolean, values: TdValues): Uint8Array {
  return concatBytes(
    u64le(values.tdAttributes ?? DEFAULT_TD_ATTRIBUTES),
    u64le(values.xfam ?? DEFAULT_XFAM),
    ...encodeTdMeasurements(values),
    is15 ? register('mrServiceTd', values.mrServiceTd) : new Uint8Array(48),
    new Uint8Array(64),
  )
}
