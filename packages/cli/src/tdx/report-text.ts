/** A TDREPORT for people and as JSON. */
import { encodeOrderedHex, type HexByteOrder } from '@veritee/appraisal/intel'
import { u64le } from '@veritee/codec/bytes'
import { nameProcessorFeatures, nameTdAttributes, TD_ATTRIBUTES, type TdReport } from '@veritee/evidence/dcap'

/** Name and value of every field, hexadecimal in the order named. */
export function describeTdReport(report: TdReport, order: HexByteOrder): Readonly<Record<string, string>> {
  const hex = (bytes: Uint8Array): string => encodeOrderedHex(bytes, order)
  const { rtmr, reportType, mrServiceTd, teeTcbSvn2, tdId } = report
  const fields: [string, Uint8Array | undefined][] = [
    ['report_data', report.reportData],
    ['cpu_svn', report.cpuSvn],
    ['tee_tcb_svn', report.teeTcbSvn],
    ['tee_tcb_svn2', teeTcbSvn2],
    ['mr_seam', report.mrSeam],
    ['mr_signer_seam', report.mrSignerSeam],
    ['seam_attributes', u64le(report.seamAttributes)],
    ['attributes', u64le(report.tdAttributes)],
    ['xfam', u64le(report.xfam)],
    ['mr_td', report.mrTd],
    ['mr_config_id', report.mrConfigId],
    ['mr_owner', report.mrOwner],
    ['mr_owner_config', report.mrOwnerConfig],
    ['rtmr0', rtmr[0]],
    ['rtmr1', rtmr[1]],
    ['rtmr2', rtmr[2]],
    ['rtmr3', rtmr[3]],
    ['mr_service_td', mrServiceTd],
    ['td_id', tdId],
    ['tee_tcb_info_hash', report.teeTcbInfoHash],
    ['tee_info_hash', report.tdInfoHash],
    ['mac', report.mac],
  ]
  return {
    report_type: `0x${reportType.type.toString(16)}, version ${reportType.version}`,
    tdx_module: report.generation ?? 'unknown',
    ...Object.fromEntries(fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, hex(value)]]))),
  }
}

/** The attributes by name; a TD that cannot be debugged says `NO_DEBUG`. */
export function nameAttributes({ tdAttributes }: Pick<TdReport, 'tdAttributes'>): readonly string[] {
  const isDebug = (tdAttributes & TD_ATTRIBUTES['DEBUG']!) !== 0n
  return [...(isDebug ? [] : ['NO_DEBUG']), ...nameTdAttributes(tdAttributes)]
}

/** Processor features by name. */
export function nameFeatures({ xfam }: Pick<TdReport, 'xfam'>): readonly string[] {
  return nameProcessorFeatures(xfam)
}
