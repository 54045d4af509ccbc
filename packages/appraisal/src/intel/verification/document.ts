/** Verification results: what is known about a quote that was verified, one report for each class (section 5.2). */
import { decodeUtf8, encodeBase64, encodeUtf8, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { type DcapCollateral, type DcapQuote, findIntelClasses, type VerifiedDcap } from '@veritee/evidence/dcap'
import { AppraisalError } from '../../errors.ts'
import { encodeOrderedHex } from '../byte-order.ts'
import { findIntelClass } from '../classes.ts'
import { formatIntelDate } from '../date.ts'
import type { JsonObject } from '../types.ts'
import {
  measureEnclave,
  measurePlatform,
  measureQuotingEnclave,
  measureTd,
  type PlatformMeasurementOptions,
} from './measurements.ts'

/** One report. */
export interface VerificationReport {
  /** Lower case. */
  readonly classId: string
  readonly environment: JsonObject
  readonly measurement: JsonObject
  readonly audit?: JsonObject
  /** Of the platform: the collateral, each member base64. */
  readonly certificationData?: JsonObject
}

/** SHA-384 of the whole quote as received, padding included. */
export interface QuoteHash {
  /** Intel's order. */
  readonly quote_hash: string
  readonly algo: string
}

/** What was found out about one quote. */
export interface VerificationResult {
  readonly quoteHash?: QuoteHash
  readonly userData?: string
  readonly reports: readonly VerificationReport[]
  /** True if it rests on a simulated root. */
  readonly simulated: boolean
}

export interface VerificationResultOptions extends PlatformMeasurementOptions {
  /** When the quote was verified, epoch seconds. */
  readonly now: number
  /** Text that the quote's report data binds: its first 48 bytes must be the SHA-384 of it. */
  readonly userData?: string
  /** Take the user data of a TD without looking, as Intel's own library does. Default false. */
  readonly intelCompatible?: boolean
  /** 16 bytes that name the request in the audit. Default fresh. */
  readonly requestId?: Uint8Array
}

/**
 * The verification result of a verified quote. The collateral goes into it unchanged, so that the decision can be traced.
 *
 * Throws INTEL_QUOTE_*. A revoked platform has no verification result.
 */
export function createVerificationResult(
  verified: VerifiedDcap,
  collateral: DcapCollateral,
  options: VerificationResultOptions,
): VerificationResult {
  const { quote } = verified
  const classes = findIntelClasses(quote)
  if (classes === undefined) {
    throw new AppraisalError('INTEL_QUOTE_CLASS_UNKNOWN', undefined, { details: { path: 'quote.body.tee_tcb_svn' } })
  }
  if (verified.tcb.status === 'Revoked' || verified.tcb.current.status === 'Revoked') {
    throw new AppraisalError('INTEL_QUOTE_REVOKED', undefined, {
      details: { path: 'tcb.status', expected: 'any other status', actual: 'Revoked' },
    })
  }
  const isTaken = options.intelCompatible === true && quote.tee === 'tdx'
  if (options.userData !== undefined && !isTaken) expectUserData(quote, options.userData)
  const audit: JsonObject = {
    request_id: encodeBase64(options.requestId ?? crypto.getRandomValues(new Uint8Array(16))),
    verification_time: formatIntelDate(options.now),
  }
  const report = (classId: string, measurement: JsonObject, more: object = {}): VerificationReport => ({
    classId,
    environment: { class_id: classId, ...findIntelClass(classId)!.description },
    measurement,
    audit,
    ...more,
  })
  const platform = report(classes.platform, measurePlatform(verified, options), {
    certificationData: encodeCertificationData(quote, collateral),
  })
  const quotingEnclave =
    classes.quotingEnclave === undefined ? [] : [report(classes.quotingEnclave, measureQuotingEnclave(verified))]
  const tenant = report(classes.tenant, quote.tee === 'tdx' ? measureTd(quote.body) : measureEnclave(quote.body))
  return {
    quoteHash: hashQuote(quote.bytes),
    ...(options.userData === undefined ? {} : { userData: options.userData }),
    reports: [platform, ...quotingEnclave, tenant],
    simulated: verified.simulated,
  }
}

/** SHA-384 over the quote as received, whatever follows its signature data included. */
export function hashQuote(quote: Uint8Array): QuoteHash {
  return { quote_hash: encodeOrderedHex(digest('sha384', quote), 'intel'), algo: 'SHA384' }
}

function expectUserData(quote: DcapQuote, userData: string): void {
  const expected = digest('sha384', encodeUtf8(userData))
  const actual = quote.body.reportData.subarray(0, expected.length)
  if (equalBytes(expected, actual)) return
  throw new AppraisalError('INTEL_QUOTE_USER_DATA_MISMATCH', undefined, {
    details: {
      path: 'quote.body.report_data',
      expected: encodeOrderedHex(expected, 'memory'),
      actual: encodeOrderedHex(actual, 'memory'),
      byteOrder: 'memory',
    },
  })
}

function encodeCertificationData(quote: DcapQuote, collateral: DcapCollateral): JsonObject {
  const text = (value: string): string => encodeBase64(encodeUtf8(value))
  const { tcbInfo, tcbInfoSignature, qeIdentity = '', qeIdentitySignature = '' } = collateral
  return {
    pck_crl_issuer_chain: text(collateral.pckCrlIssuerChain ?? findIssuerChain(quote, collateral)),
    root_ca_crl: text(collateral.rootCaCrl),
    pck_crl: text(collateral.pckCrl),
    tcb_info_issuer_chain: text(collateral.tcbInfoIssuerChain),
    tcb_info: text(`{"tcbInfo":${tcbInfo},"signature":"${tcbInfoSignature}"}`),
    qe_identity_issuer_chain: text(collateral.qeIdentityIssuerChain),
    qe_identity: text(`{"enclaveIdentity":${qeIdentity},"signature":"${qeIdentitySignature}"}`),
  }
}

/** The PCK chain without its leaf: who issued the PCK certificate also issued its revocation list. */
function findIssuerChain(quote: DcapQuote, { pckCertificateChain }: DcapCollateral): string {
  const { type, bytes } = quote.signatureData.certificationData
  const end = bytes.indexOf(0)
  const chain = type === 5 ? decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end)) : (pckCertificateChain ?? '')
  return parsePem(chain)
    .filter(({ der }) => parseCertificate(der).subject.commonName?.includes('PCK Certificate') !== true)
    .map(({ label, der }) => encodePem(label, der))
    .join('')
}
