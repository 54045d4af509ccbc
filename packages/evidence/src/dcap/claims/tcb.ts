import { encodeHex, reverseBytes } from '@veritee/codec/bytes'
import type { Claims } from '../../result/index.ts'
import { formatDateTime } from '../collateral/date.ts'
import type { PckExtension } from '../pck/types.ts'
import type { DcapQuote } from '../quote/types.ts'
import type { TcbEvaluation, TcbStatus } from '../tcb/types.ts'
import type { DcapVerification } from '../verify/types.ts'

/** What the claims take from a verification. A whole verification fits. */
export interface TcbClaimsSource {
  readonly tcb: {
    readonly status: TcbStatus
    readonly launch: Pick<TcbEvaluation['launch'], 'tcbDateAt' | 'advisoryIds'>
    readonly current: Pick<TcbEvaluation['current'], 'status' | 'tcbDateAt' | 'advisoryIds'>
  }
  readonly pck: Pick<PckExtension, 'ppid' | 'sgxType' | 'platformInstanceId' | 'configuration'>
  readonly supplemental: Pick<
    DcapVerification['supplemental'],
    | 'earliestIssuedAt'
    | 'latestIssuedAt'
    | 'earliestExpiresAt'
    | 'tcbEvaluationDataNumber'
    | 'pckCrlNumber'
    | 'rootCaCrlNumber'
    | 'rootKeyId'
  >
  readonly expired: boolean
}

/** The numbers of sgx_ql_qv_result_t (specification page, section 4.9). */
const RESULT_CODES: Readonly<Record<TcbStatus, number>> = {
  UpToDate: 0,
  ConfigurationNeeded: 0xa001,
  OutOfDate: 0xa002,
  OutOfDateConfigurationNeeded: 0xa003,
  Revoked: 0xa005,
  SWHardeningNeeded: 0xa007,
  ConfigurationAndSWHardeningNeeded: 0xa008,
  TDRelaunchAdvised: 0xa009,
  TDRelaunchAdvisedConfigurationNeeded: 0xa00a,
}

/**
 * The claims about the platform's TCB in both upstream spellings: flat members with RFC 3339 dates and a list of
 * advisories, and the object `tcb_verification` with epoch seconds and one text of advisories. `*_current` members judge
 * the TDX module that runs now and exist where the quote names it.
 */
export function createTcbClaims(quote: DcapQuote, source: TcbClaimsSource): Claims {
  const { tcb, pck, supplemental, expired } = source
  const advisoryIds = [...tcb.launch.advisoryIds]
  const { earliestIssuedAt, latestIssuedAt, earliestExpiresAt, tcbEvaluationDataNumber } = supplemental
  return {
    tcb_status: tcb.status,
    tcb_date: formatDateTime(tcb.launch.tcbDateAt),
    advisory_ids: advisoryIds,
    ...('teeTcbSvn2' in quote.body ? createCurrentClaims(tcb.current) : {}),
    collateral_expiration_status: expired ? '1' : '0',
    earliest_issue_date: formatDateTime(earliestIssuedAt),
    latest_issue_date: formatDateTime(latestIssuedAt),
    earliest_expiration_date: formatDateTime(earliestExpiresAt),
    tcb_eval_num: tcbEvaluationDataNumber,
    pck_crl_num: printNumber(supplemental.pckCrlNumber),
    root_ca_crl_num: printNumber(supplemental.rootCaCrlNumber),
    root_key_id: encodeHex(supplemental.rootKeyId),
    ...createPlatformClaims(pck),
    tcb_verification: {
      tcb_status: tcb.status,
      tcb_status_code: RESULT_CODES[tcb.status],
      collateral_expired: expired,
      earliest_issue_date: earliestIssuedAt,
      latest_issue_date: latestIssuedAt,
      earliest_expiration_date: earliestExpiresAt,
      tcb_level_date_tag: tcb.launch.tcbDateAt,
      tcb_eval_ref_num: tcbEvaluationDataNumber,
      advisory_ids: advisoryIds.join(','),
      tee_type: quote.header.teeType,
    },
  }
}

function createCurrentClaims(current: TcbClaimsSource['tcb']['current']): Claims {
  return {
    tcb_status_current: current.status,
    tcb_date_current: formatDateTime(current.tcbDateAt),
    advisory_ids_current: [...current.advisoryIds],
  }
}

function createPlatformClaims(pck: TcbClaimsSource['pck']): Claims {
  const { ppid, sgxType, platformInstanceId, configuration } = pck
  return {
    platform_provider_id: encodeHex(ppid),
    sgx_type: printSgxType(sgxType),
    // The certificate stores it little-endian; the claim is upstream's, most significant byte first.
    ...(platformInstanceId === undefined ? {} : { platform_instance_id: encodeHex(reverseBytes(platformInstanceId)) }),
    ...(configuration?.dynamicPlatform === undefined ? {} : { is_dynamic_platform: configuration.dynamicPlatform }),
    ...(configuration?.cachedKeys === undefined ? {} : { is_cached_keys: configuration.cachedKeys }),
    ...(configuration?.smtEnabled === undefined ? {} : { is_smt_enabled: configuration.smtEnabled }),
  }
}

function printSgxType(sgxType: PckExtension['sgxType']): string {
  if (typeof sgxType === 'number') return `Unknown (${sgxType})`
  return sgxType === 'ScalableWithIntegrity' ? 'Scalable with Integrity' : sgxType
}

/** A decimal number as a JSON number while one holds it exactly, else as text. */
function printNumber(decimal: string): number | string {
  const value = Number(decimal)
  return Number.isSafeInteger(value) ? value : decimal
}
