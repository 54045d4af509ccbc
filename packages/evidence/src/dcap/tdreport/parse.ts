import { isAllZero } from '@veritee/codec/bytes'
import { EvidenceError } from '../../errors.ts'
import { plainBytes, readU64 } from '../quote/fields.ts'
import {
  REPORT_MAC,
  REPORT_TYPE_TDX,
  TD_INFO,
  TD_REPORT_STRUCTURE_BYTES,
  TEE_TCB_INFO,
  VALID_TEE_TCB_SVN2,
} from './layout.ts'
import type { TdModuleGeneration, TdReport } from './types.ts'

const REGISTER_BYTES = 48

/**
 * Reads the 1024 bytes of a TDREPORT as the TDX module returns it (specification page, section 1.4).
 *
 * Reserved bytes must be zero. Not checked: the two inner hashes (see `verifyTdReportHashes`) and the MAC, which only
 * the processor that made it can check. A TDREPORT proves nothing to another machine; a quote does.
 *
 * @throws EvidenceError `DCAP_TDREPORT_INVALID`.
 */
export function parseTdReport(input: Uint8Array): TdReport {
  if (input.length !== TD_REPORT_STRUCTURE_BYTES) throw invalid('size', TD_REPORT_STRUCTURE_BYTES, input.length)
  const bytes = plainBytes(input)
  const [type, subtype, version] = [bytes[0]!, bytes[1]!, bytes[2]!]
  if (type !== REPORT_TYPE_TDX) throw invalid('reportType.type', REPORT_TYPE_TDX, type)
  if (subtype > 1) throw invalid('reportType.subtype', [0, 1], subtype)
  if (version !== 0 && version !== 1 && version !== 3) throw invalid('reportType.version', [0, 1, 3], version)
  const validFields = readU64(bytes, TEE_TCB_INFO.valid)
  const hasSvn2 = (validFields & VALID_TEE_TCB_SVN2) !== 0n
  const extended = version === 3
  const hasServiceTd = version !== 0

  const take = (start: number, length: number): Uint8Array => bytes.subarray(start, start + length)
  const requireZero = (path: string, start: number, end: number): void => {
    if (!isAllZero(bytes.subarray(start, end))) throw invalid(path, 'zero', 'not zero')
  }
  requireZero('reportType.reserved', 3, REPORT_MAC.reserved1)
  requireZero('reserved1', REPORT_MAC.reserved1, REPORT_MAC.cpuSvn)
  requireZero('reserved2', REPORT_MAC.reserved2, REPORT_MAC.mac)
  requireZero(
    'teeTcbInfo.reserved',
    hasSvn2 ? TEE_TCB_INFO.afterSvn2 : TEE_TCB_INFO.teeTcbSvn2,
    TEE_TCB_INFO.reservedEnd,
  )
  if (extended) requireZero('tdInfo.reserved', TD_INFO.reservedExtended, TD_INFO.vmId)
  else requireZero('tdInfo.reserved', hasServiceTd ? TD_INFO.tdId : TD_INFO.mrServiceTd, TD_INFO.end)

  const teeTcbSvn = take(TEE_TCB_INFO.teeTcbSvn, 16)
  const register = (index: number): Uint8Array => take(TD_INFO.rtmr + index * REGISTER_BYTES, REGISTER_BYTES)
  const generation = findGeneration(version, teeTcbSvn[1]!)
  return {
    bytes,
    reportType: { type, subtype, version },
    ...(generation === undefined ? {} : { generation }),
    cpuSvn: take(REPORT_MAC.cpuSvn, 16),
    teeTcbInfoHash: take(REPORT_MAC.teeTcbInfoHash, 48),
    tdInfoHash: take(REPORT_MAC.tdInfoHash, 48),
    reportData: take(REPORT_MAC.reportData, 64),
    mac: take(REPORT_MAC.mac, 32),
    validFields,
    teeTcbSvn,
    mrSeam: take(TEE_TCB_INFO.mrSeam, 48),
    mrSignerSeam: take(TEE_TCB_INFO.mrSignerSeam, 48),
    seamAttributes: readU64(bytes, TEE_TCB_INFO.seamAttributes),
    ...(hasSvn2 ? { teeTcbSvn2: take(TEE_TCB_INFO.teeTcbSvn2, 16) } : {}),
    tdAttributes: readU64(bytes, TD_INFO.tdAttributes),
    xfam: readU64(bytes, TD_INFO.xfam),
    mrTd: take(TD_INFO.mrTd, 48),
    mrConfigId: take(TD_INFO.mrConfigId, 48),
    mrOwner: take(TD_INFO.mrOwner, 48),
    mrOwnerConfig: take(TD_INFO.mrOwnerConfig, 48),
    rtmr: [register(0), register(1), register(2), register(3)],
    ...(hasServiceTd ? { mrServiceTd: take(TD_INFO.mrServiceTd, 48) } : {}),
    ...(extended ? { tdId: take(TD_INFO.tdId, 32), vmId: bytes[TD_INFO.vmId]! } : {}),
  }
}

/** Which TDX module made the report: version 0 names it by the module's major version, later versions by both. */
function findGeneration(version: number, moduleMajor: number): TdModuleGeneration | undefined {
  if (moduleMajor === 3) return '2.0'
  if (version !== 0 || moduleMajor === 1) return '1.5'
  return moduleMajor === 0 ? '1.0' : undefined
}

function invalid(path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError('DCAP_TDREPORT_INVALID', undefined, { details: { path, expected, actual } })
}
