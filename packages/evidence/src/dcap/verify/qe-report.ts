/** The quoting enclave: its report vouches for the attestation key, and the PCK key vouches for the report. */

import { CodecError } from '@veritee/codec'
import { concatBytes, encodeHex, equalBytes, isAllZero } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { importPublicKey, type PublicKey, verifySignature } from '@veritee/codec/signature'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { Checks } from '../../result/checks.ts'
import type { QeIdentity } from '../collateral/types.ts'
import type { DcapQuote, QuoteSignatureData } from '../quote/types.ts'
import { verifyQeIdentity, verifyQeNotDebug } from '../tcb/qe.ts'

/** Signatures inside quotes are r‖s. */
export const QUOTE_SCHEME = { scheme: 'ecdsa', hash: 'sha256', format: 'raw' } as const

const HASH_BYTES = 32

/** What the report of a quoting enclave is verified against. */
export interface QeTrust {
  readonly pckKey: PublicKey
  readonly qeIdentity: QeIdentity | undefined
  readonly parity: boolean
}

/** Verifies the quoting enclave's report and returns the attestation key it vouches for. */
export async function verifyQeReport(quote: DcapQuote, trust: QeTrust, checks: Checks): Promise<PublicKey> {
  const { signatureData } = quote
  const { qeReport } = signatureData
  await checks.wait('qe.report.signature', () => verifyReportSignature(signatureData, trust.pckKey))
  checks.check('qe.report.data', () => verifyReportData(signatureData, trust.parity))
  const { qeIdentity } = trust
  if (qeIdentity === undefined) {
    checks.skip('qe.identity', 'DCAP_QE_IDENTITY_MISSING', 'The collateral leaves the quoting enclave identity out.')
  } else {
    checks.check('qe.identity', () => verifyQeIdentity(qeReport, qeIdentity, quote.tee))
  }
  if (!trust.parity) checks.check('qe.debug', () => verifyQeNotDebug(qeReport))
  return checks.check('quote.attestationKey', () => importAttestationKey(signatureData.attestationKey))
}

/** Digest of everything {@link verifyQeReport} looks at in a quote. */
export function digestQeReport(quote: DcapQuote): string {
  const { attestationKey, qeReportBytes, qeReportSignature, authData } = quote.signatureData
  const tee = quote.tee === 'tdx' ? TDX : SGX
  // Everything but the authentication data, which comes last, has a fixed size: no two inputs join to the same bytes.
  return encodeHex(digest('sha256', concatBytes(tee, attestationKey, qeReportBytes, qeReportSignature, authData)))
}

const SGX = Uint8Array.of(0x00)
const TDX = Uint8Array.of(0x81)

async function verifyReportSignature(data: QuoteSignatureData, pckKey: PublicKey): Promise<void> {
  if (await verifySignature(pckKey, QUOTE_SCHEME, data.qeReportBytes, data.qeReportSignature)) return
  throw refuse('DCAP_QE_REPORT_SIGNATURE_INVALID', 'qeReport.signature', 'a signature of the PCK key', 'another')
}

function verifyReportData({ qeReport, attestationKey, authData }: QuoteSignatureData, parity: boolean): void {
  const expected = digest('sha256', attestationKey, authData)
  const actual = qeReport.reportData.subarray(0, HASH_BYTES)
  if (!equalBytes(expected, actual)) {
    throw refuse('DCAP_QE_REPORT_DATA_MISMATCH', 'qeReport.reportData', encodeHex(expected), encodeHex(actual))
  }
  const tail = qeReport.reportData.subarray(HASH_BYTES)
  if (!parity && !isAllZero(tail)) {
    throw refuse('DCAP_QE_REPORT_DATA_TAIL_NOT_ZERO', 'qeReport.reportData', 'zero', encodeHex(tail))
  }
}

function importAttestationKey(point: Uint8Array): PublicKey {
  try {
    return importPublicKey({ kind: 'ec-point', curve: 'P-256', point })
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new EvidenceError('DCAP_ATTESTATION_KEY_INVALID', undefined, {
      details: { path: 'quote.attestationKey', expected: 'a point on P-256', actual: encodeHex(point) },
      cause,
    })
  }
}

function refuse(code: EvidenceErrorCode, path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, { details: { path, expected, actual } })
}
