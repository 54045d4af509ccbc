/** When everything that a verdict rests on is valid. */
import type { X509Certificate } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { formatDateTime } from '../collateral/date.ts'
import type { DocumentDates } from '../collateral/types.ts'
import type { DatedCrl } from '../pck/crl.ts'
import type { ValidityWindow } from './types.ts'

/** The common window of several: the latest beginning, the earliest end. */
export interface CommonWindow {
  readonly latestIssuedAt: number
  readonly earliestIssuedAt: number
  readonly earliestExpiresAt: number
}

/** Which dates the caller tolerates. */
export interface DateRules {
  readonly now: number
  readonly allowExpired: boolean
  readonly clockSkewSeconds: number
  /** Expiry stands beside the verdict, and nothing that begins later is refused. */
  readonly parity: boolean
}

export function certificateWindow(name: string, { notBefore, notAfter }: X509Certificate): ValidityWindow {
  return { name, kind: 'certificate', notBeforeAt: notBefore, notAfterAt: notAfter }
}

export function crlWindow(name: string, { thisUpdate, nextUpdate }: DatedCrl): ValidityWindow {
  return { name, kind: 'crl', notBeforeAt: thisUpdate, notAfterAt: nextUpdate }
}

export function documentWindow(name: string, { issuedAt, nextUpdateAt }: DocumentDates): ValidityWindow {
  return { name, kind: 'document', notBeforeAt: issuedAt, notAfterAt: nextUpdateAt }
}

/** Intersects windows; there is at least one. */
export function commonWindow(windows: readonly ValidityWindow[]): CommonWindow {
  const begins = windows.map((window) => window.notBeforeAt)
  return {
    earliestIssuedAt: Math.min(...begins),
    latestIssuedAt: Math.max(...begins),
    earliestExpiresAt: Math.min(...windows.map((window) => window.notAfterAt)),
  }
}

/**
 * Judges everything a verdict rests on at one moment; both ends of a window belong to it. Returns whether something has
 * expired, which is refused unless the caller allows it. Something issued in the future is always refused.
 *
 * Throws DCAP_…_EXPIRED and DCAP_…_NOT_YET_VALID.
 */
export function verifyDates(windows: readonly ValidityWindow[], common: CommonWindow, rules: DateRules): boolean {
  const { now, allowExpired, clockSkewSeconds, parity } = rules
  if (parity)
    return windows.some((window) => now > window.notAfterAt || (window.kind === 'crl' && now < window.notBeforeAt))
  if (now < common.latestIssuedAt - clockSkewSeconds) {
    throw refuse(windows.find((window) => now < window.notBeforeAt - clockSkewSeconds)!, 'NOT_YET_VALID', now)
  }
  if (now <= common.earliestExpiresAt) return false
  if (!allowExpired) throw refuse(windows.find((window) => now > window.notAfterAt)!, 'EXPIRED', now)
  return true
}

const ROOMS: Readonly<Record<string, 'ROOT_CRL' | 'PCK_CRL' | 'TCB_INFO' | 'QE_IDENTITY'>> = {
  rootCaCrl: 'ROOT_CRL',
  pckCrl: 'PCK_CRL',
  tcbInfo: 'TCB_INFO',
  qeIdentity: 'QE_IDENTITY',
}

function refuse(window: ValidityWindow, problem: 'EXPIRED' | 'NOT_YET_VALID', now: number): EvidenceError {
  const room = ROOMS[window.name] ?? 'CERTIFICATE'
  const code: EvidenceErrorCode = `DCAP_${room}_${problem}`
  const at = problem === 'EXPIRED' ? window.notAfterAt : window.notBeforeAt
  const bound = problem === 'EXPIRED' ? 'at the latest' : 'at the earliest'
  return new EvidenceError(code, undefined, {
    details: { path: window.name, expected: `${formatDateTime(at)} ${bound}`, actual: formatDateTime(now) },
  })
}
