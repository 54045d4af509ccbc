/** The report of the host compatibility layer: a hardware report and the runtime data whose hash it covers. */
import { concatBytes, encodeUtf8, u32le } from '@veritee/codec/bytes'

const HEADER_BYTES = 0x20
const REQUEST_AT = 0x4c0
const REPORT_BYTES = 2600
const REPORT_TYPES = { snp: 2, tdx: 4 } as const
const HASH_SHA256 = 1

/** Every member may be changed to break precisely one thing. */
export interface HclTemplate {
  magic: string
  kind: 'snp' | 'tdx'
  hardwareReport: Uint8Array
  /** JSON text. */
  runtimeData: string
}

/** 2600 bytes, or more for longer runtime data. */
export function encodeHclReport({ magic, kind, hardwareReport, runtimeData }: HclTemplate): Uint8Array {
  const runtime = encodeUtf8(runtimeData)
  const header = concatBytes(encodeUtf8(magic), u32le(1), u32le(REPORT_BYTES), u32le(2), new Uint8Array(16))
  const request = concatBytes(
    u32le(20 + runtime.length),
    u32le(1),
    u32le(REPORT_TYPES[kind]),
    u32le(HASH_SHA256),
    u32le(runtime.length),
  )
  const padding = new Uint8Array(REQUEST_AT - HEADER_BYTES - hardwareReport.length)
  const used = concatBytes(header, hardwareReport, padding, request, runtime)
  return concatBytes(used, new Uint8Array(Math.max(0, REPORT_BYTES - used.length)))
}
