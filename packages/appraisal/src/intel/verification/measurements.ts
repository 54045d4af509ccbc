/** Measurements as reports carry them (specification page, section 5.2): upstream names, hexadecimal in Intel's order. */
import { u32le, u64le } from '@veritee/codec/bytes'
import type { DcapVerification, SgxReportBody, TcbStatus, TdReport, TdReportBody } from '@veritee/evidence/dcap'
import { encodeOrderedHex } from '../byte-order.ts'
import { formatIntelDate } from '../date.ts'
import type { JsonObject } from '../types.ts'

/** The words a report uses for each status: a platform that lacks something beside is up to date, and something else. */
const STATUS_WORDS: Readonly<Record<TcbStatus, readonly string[]>> = {
  UpToDate: ['UpToDate'],
  SWHardeningNeeded: ['UpToDate', 'SWHardeningNeeded'],
  ConfigurationNeeded: ['UpToDate', 'ConfigurationNeeded'],
  ConfigurationAndSWHardeningNeeded: ['UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded'],
  OutOfDate: ['OutOfDate'],
  OutOfDateConfigurationNeeded: ['OutOfDate', 'ConfigurationNeeded'],
  TDRelaunchAdvised: ['TDRelaunchAdvised'],
  TDRelaunchAdvisedConfigurationNeeded: ['TDRelaunchAdvised', 'ConfigurationNeeded'],
  Revoked: ['Revoked'],
}

const SGX_TYPES: readonly unknown[] = ['Standard', 'Scalable', 'ScalableWithIntegrity']

/** What a measurement of the platform may hold beside what the framework's own does. */
export interface PlatformMeasurementOptions {
  /** Add `platform_provider_id` (PPID): policies that name platforms need it. Default false. */
  readonly platformProviderId?: boolean
}

/**
 * The platform. `tcb_status_current` is there for quotes that name the TDX module that runs now, where its status differs
 * from the one the TD was launched with.
 */
export function measurePlatform(
  { quote, tcb, pck, supplemental }: DcapVerification,
  { platformProviderId = false }: PlatformMeasurementOptions = {},
): JsonObject {
  const { configuration = {} } = pck
  const { advisoryIds, tcbDateAt } = tcb.launch
  const hasCurrent = 'teeTcbSvn2' in quote.body && tcb.current.status !== tcb.launch.status
  return defined({
    tcb_status: STATUS_WORDS[tcb.status],
    tcb_status_current: hasCurrent ? STATUS_WORDS[tcb.current.status] : undefined,
    earliest_issue_date: formatIntelDate(supplemental.earliestIssuedAt),
    latest_issue_date: formatIntelDate(supplemental.latestIssuedAt),
    earliest_expiration_date: formatIntelDate(supplemental.earliestExpiresAt),
    tcb_level_date_tag: formatIntelDate(tcbDateAt),
    pck_crl_num: readInteger(supplemental.pckCrlNumber),
    root_ca_crl_num: readInteger(supplemental.rootCaCrlNumber),
    tcb_eval_num: supplemental.tcbEvaluationDataNumber,
    sgx_types: typeof pck.sgxType === 'number' ? pck.sgxType : SGX_TYPES.indexOf(pck.sgxType),
    is_dynamic_platform: configuration.dynamicPlatform,
    is_cached_keys_policy: configuration.cachedKeys,
    is_smt_enabled: configuration.smtEnabled,
    advisory_ids: advisoryIds.length > 0 ? advisoryIds : undefined,
    root_key_id: encodeOrderedHex(supplemental.rootKeyId, 'intel'),
    // The one field in memory order.
    fmspc: encodeOrderedHex(pck.fmspc, 'memory'),
    platform_provider_id: platformProviderId ? encodeOrderedHex(pck.ppid, 'intel') : undefined,
  })
}

/** The quoting enclave of a TDX platform: what its identity document says of it. */
export function measureQuotingEnclave({ tcb, supplemental }: DcapVerification): JsonObject {
  const { qe } = tcb.launch
  const { qeIdentity } = supplemental
  // Strict verification always has both.
  const dates = qeIdentity ?? supplemental
  return {
    tcb_status: STATUS_WORDS[qe?.status ?? 'OutOfDate'],
    tcb_level_date_tag: formatIntelDate(qe?.tcbDateAt ?? 0),
    earliest_issue_date: formatIntelDate(dates.earliestIssuedAt),
    latest_issue_date: formatIntelDate(dates.latestIssuedAt),
    earliest_expiration_date: formatIntelDate(dates.earliestExpiresAt),
    tcb_eval_num: dates.tcbEvaluationDataNumber,
    root_key_id: encodeOrderedHex(supplemental.rootKeyId, 'intel'),
  }
}

/** An enclave, from its report body. */
export function measureEnclave(body: SgxReportBody): JsonObject {
  const hex = (bytes: Uint8Array): string => encodeOrderedHex(bytes, 'intel')
  const { flags, xfrm } = body.attributes
  return {
    sgx_miscselect: hex(u32le(body.miscSelect)),
    sgx_attributes: hex(u64le(xfrm)) + hex(u64le(flags)),
    sgx_mrenclave: hex(body.mrEnclave),
    sgx_mrsigner: hex(body.mrSigner),
    sgx_isvprodid: body.isvProdId,
    sgx_isvsvn: body.isvSvn,
    sgx_configid: hex(body.configId),
    sgx_configsvn: body.configSvn,
    sgx_isvextprodid: hex(body.isvExtProdId),
    sgx_isvfamilyid: hex(body.isvFamilyId),
    sgx_reportdata: hex(body.reportData),
  }
}

/** A TD, from the body of its quote or from its TDREPORT. `tdx_mrservicetd` is there where the source has it. */
export function measureTd(body: TdReportBody | TdReport): JsonObject {
  const hex = (bytes: Uint8Array): string => encodeOrderedHex(bytes, 'intel')
  const { rtmr } = body
  return defined({
    tdx_attributes: hex(u64le(body.tdAttributes)),
    tdx_xfam: hex(u64le(body.xfam)),
    tdx_mrconfigid: hex(body.mrConfigId),
    tdx_mrowner: hex(body.mrOwner),
    tdx_mrownerconfig: hex(body.mrOwnerConfig),
    tdx_mrtd: hex(body.mrTd),
    tdx_rtmr0: hex(rtmr[0]),
    tdx_rtmr1: hex(rtmr[1]),
    tdx_rtmr2: hex(rtmr[2]),
    tdx_rtmr3: hex(rtmr[3]),
    tdx_mrservicetd: 'mrServiceTd' in body && body.mrServiceTd !== undefined ? hex(body.mrServiceTd) : undefined,
    tdx_reportdata: hex(body.reportData),
  })
}

/** A CRL number has no bound of its own; beyond 2^53 it stays exact as bigint. */
function readInteger(decimal: string): number | bigint {
  const value = BigInt(decimal)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

function defined(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
