/** Is a genuine quote acceptable? Compares it with acceptance rules and returns findings; nothing here throws. */
import { encodeHex, isAllZero } from '@veritee/codec/bytes'
import type { Finding } from '../../result/index.ts'
import { nameTdAttributes, TD_ATTRIBUTES } from '../attributes/index.ts'
import type { SgxQuote, TdxQuote } from '../quote/types.ts'
import type { TcbShortfall, TcbStatus } from '../tcb/types.ts'
import type { VerifiedDcap } from '../verify/types.ts'
import type { DcapAcceptance } from './types.ts'

/** Bits that say nothing against a TD. */
const HARMLESS_TD_ATTRIBUTES = ['SEPT_VE_DISABLE', 'PKS', 'KL', 'PERFMON'].reduce(
  (bits, name) => bits | TD_ATTRIBUTES[name]!,
  0n,
)
const SGX_INIT = 0x1n
const SGX_DEBUG = 0x2n

/**
 * Appraises a verified quote by acceptance rules; without any, by the strict defaults. An empty list, or one without a
 * finding of severity `error`, means accepted.
 *
 * Does not compare measurements or report data: those are expectations of the caller.
 */
export function appraiseDcap(verified: VerifiedDcap, acceptance: DcapAcceptance = {}): readonly Finding[] {
  const { quote } = verified
  return [
    ...appraiseTcb(verified, acceptance),
    ...appraisePlatform(verified, acceptance),
    ...(quote.tee === 'tdx' ? appraiseTd(quote, acceptance) : appraiseEnclave(quote, acceptance)),
  ]
}

function appraiseTcb(verified: VerifiedDcap, acceptance: DcapAcceptance): readonly Finding[] {
  const { tcb, shortfall, quote } = verified
  const accepted = acceptance.tcbStatuses ?? ['UpToDate']
  const acceptedNow = acceptance.currentTcbStatuses ?? accepted
  const findings: Finding[] = []
  if (!accepted.includes(tcb.status)) {
    findings.push(
      refuse('DCAP_TCB_STATUS_UNACCEPTED', `${quote.tee}.tcb.status`, accepted, tcb.status, {
        message: `The platform is ${tcb.status}${describeShortfall(shortfall)}.`,
        next: adviseStatus(tcb.status, shortfall),
      }),
    )
  }
  // With accepted relaunch advice the current side is what the advice rests on, and is good by definition.
  if (tcb.current !== tcb.launch && !acceptedNow.includes(tcb.current.status) && !isRelaunch(tcb.status)) {
    findings.push(
      refuse('DCAP_TCB_CURRENT_STATUS_UNACCEPTED', `${quote.tee}.tcb.current.status`, acceptedNow, tcb.current.status, {
        message: `The TDX module that runs now is ${tcb.current.status}.`,
        next: adviseStatus(tcb.current.status, shortfall),
      }),
    )
  }
  const refused = (acceptance.refuseAdvisories ?? []).filter((id) => tcb.launch.advisoryIds.includes(id))
  if (refused.length > 0) {
    findings.push(
      refuse('DCAP_ADVISORY_REFUSED', `${quote.tee}.tcb.advisoryIds`, [], refused, {
        message: `The platform is concerned by ${refused.join(', ')}.`,
        next: 'Mitigate the advisory on the platform, or take it off the list of refused advisories.',
      }),
    )
  }
  return findings
}

function appraisePlatform(verified: VerifiedDcap, acceptance: DcapAcceptance): readonly Finding[] {
  const { supplemental, pck, quote, expired } = verified
  const findings: Finding[] = []
  if (expired && acceptance.allowExpired !== true) {
    const { earliestExpiresAt } = supplemental
    findings.push(
      refuse('DCAP_COLLATERAL_EXPIRED', `${quote.tee}.collateral`, 'current collateral', earliestExpiresAt, {
        message: 'The verdict rests on collateral or certificates that have expired.',
        next: 'Refresh the collateral, or accept expired collateral by name.',
      }),
    )
  }
  const least = acceptance.minTcbEvaluationDataNumber
  if (least !== undefined && supplemental.tcbEvaluationDataNumber < least) {
    const { tcbEvaluationDataNumber } = supplemental
    const path = `${quote.tee}.collateral.tcbEvaluationDataNumber`
    findings.push(
      refuse('DCAP_TCB_EVALUATION_TOO_OLD', path, `at least ${least}`, tcbEvaluationDataNumber, {
        message: `The collateral is of TCB evaluation ${tcbEvaluationDataNumber}; at least ${least} is asked for.`,
        next: 'Fetch newer collateral.',
      }),
    )
  }
  const ppid = encodeHex(pck.ppid)
  if (acceptance.platforms !== undefined && !acceptance.platforms.some((id) => id.toLowerCase() === ppid)) {
    findings.push(
      refuse('DCAP_PLATFORM_UNKNOWN', `${quote.tee}.platform.ppid`, acceptance.platforms, ppid, {
        message: 'The platform is not one of those that are accepted.',
        next: 'Add its PPID to the accepted platforms if it is yours.',
      }),
    )
  }
  return findings
}

function appraiseTd({ body }: TdxQuote, acceptance: DcapAcceptance): readonly Finding[] {
  const attributes = body.tdAttributes
  const path = 'tdx.quote.body.td_attributes'
  const findings: Finding[] = []
  const extra = acceptance.allowTdAttributes ?? 0n
  const isSet = (name: string): boolean => (attributes & ~extra & TD_ATTRIBUTES[name]!) !== 0n
  if (isSet('DEBUG') && acceptance.allowDebug !== true) {
    findings.push(
      refuse('DCAP_TD_DEBUG', path, 'DEBUG clear', 'DEBUG set', {
        message: 'The TD runs in debug mode: the host can read its memory.',
        next: 'Launch the TD without debug, or allow debug by name.',
      }),
    )
  }
  if ((attributes & TD_ATTRIBUTES['SEPT_VE_DISABLE']!) === 0n && acceptance.allowSeptVe !== true) {
    findings.push(
      refuse('DCAP_TD_SEPT_VE_ENABLED', path, 'SEPT_VE_DISABLE set', 'SEPT_VE_DISABLE clear', {
        message: 'The TD takes exceptions from the host for pages it already accepted.',
        next: 'Launch the TD with SEPT_VE_DISABLE, or allow its absence by name.',
      }),
    )
  }
  if (isSet('MIGRATABLE') && acceptance.allowMigratable !== true) {
    findings.push(
      refuse('DCAP_TD_MIGRATABLE', path, 'MIGRATABLE clear', 'MIGRATABLE set', {
        message: 'The TD can be migrated to another platform.',
        next: 'Launch the TD without migration, or allow migration by name.',
      }),
    )
  }
  const judged = TD_ATTRIBUTES['DEBUG']! | TD_ATTRIBUTES['MIGRATABLE']!
  const unexpected = attributes & ~(HARMLESS_TD_ATTRIBUTES | judged | extra)
  if (unexpected !== 0n) {
    const names = nameTdAttributes(unexpected)
    findings.push(
      refuse('DCAP_TD_ATTRIBUTES_UNACCEPTED', path, nameTdAttributes(HARMLESS_TD_ATTRIBUTES), names, {
        message: `The TD has attributes that are reserved or not accepted: ${names.join(', ')}.`,
        next: 'Launch the TD without them, or allow these bits by name.',
      }),
    )
  }
  if (acceptance.refuseServiceTd === true && 'mrServiceTd' in body && !isAllZero(body.mrServiceTd)) {
    findings.push(
      refuse('DCAP_TD_SERVICE_TD_BOUND', 'tdx.quote.body.mr_servicetd', 'zero', encodeHex(body.mrServiceTd), {
        message: 'The TD is bound to service TDs.',
        next: 'Launch the TD without service TDs, or do not refuse them.',
      }),
    )
  }
  return findings
}

function appraiseEnclave({ body }: SgxQuote, acceptance: DcapAcceptance): readonly Finding[] {
  const { flags } = body.attributes
  const path = 'sgx.quote.body.attributes'
  const findings: Finding[] = []
  if ((flags & SGX_DEBUG) !== 0n && acceptance.allowDebug !== true) {
    findings.push(
      refuse('DCAP_ENCLAVE_DEBUG', path, 'DEBUG clear', 'DEBUG set', {
        message: 'The enclave runs in debug mode: the host can read its memory.',
        next: 'Launch the enclave without debug, or allow debug by name.',
      }),
    )
  }
  if ((flags & SGX_INIT) === 0n) {
    findings.push(
      refuse('DCAP_ENCLAVE_NOT_INITIALIZED', path, 'INIT set', 'INIT clear', {
        message: 'The report is not that of an initialised enclave.',
        next: 'Do not trust it: a running enclave always has INIT set.',
      }),
    )
  }
  return findings
}

function describeShortfall(shortfall: readonly TcbShortfall[]): string {
  if (shortfall.length === 0) return ''
  const items = shortfall.slice(0, 4).map((item) => {
    const name = item.type === undefined ? item.component : `${item.component} (${item.type})`
    return `${name} has ${item.have}, needs ${item.need}`
  })
  const rest = shortfall.length > items.length ? ` and ${shortfall.length - items.length} more` : ''
  return `: ${items.join('; ')}${rest}`
}

function adviseStatus(status: TcbStatus, shortfall: readonly TcbShortfall[]): string {
  const updates = [...new Set(shortfall.map((item) => item.next))]
  if (updates.length > 0) return updates.join(' ')
  if (status === 'Revoked') return 'Do not trust this platform; its TCB is revoked.'
  if (isRelaunch(status)) return 'Relaunch the TD: the module was updated since it was launched.'
  if (status === 'UpToDate') return 'Nothing to update.'
  return 'Follow the advisories for the platform configuration and software, or accept this status by name.'
}

function isRelaunch(status: TcbStatus): boolean {
  return status === 'TDRelaunchAdvised' || status === 'TDRelaunchAdvisedConfigurationNeeded'
}

function refuse(
  code: string,
  path: string,
  expected: unknown,
  actual: unknown,
  { message, next }: { message: string; next: string },
): Finding {
  return { code, severity: 'error', path, expected, actual, message, next }
}
