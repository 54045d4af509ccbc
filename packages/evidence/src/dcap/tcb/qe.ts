/** Is the quoting enclave the one that its identity names? */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { EnclaveIdentityId, QeIdentity } from '../collateral/types.ts'
import type { DcapTee, SgxReportBody } from '../quote/types.ts'

const DEBUG = 0x2n
const MISC_SELECT_OFFSET = 16
const ATTRIBUTES_OFFSET = 48

/** Which identity describes the quoting enclave of a TEE. */
export const QE_IDENTITY_OF: Readonly<Record<DcapTee, EnclaveIdentityId>> = { sgx: 'QE', tdx: 'TD_QE' }

/**
 * Compares a quoting enclave's report with its identity (specification page, sections 4.6 and 9). A bit that the identity
 * expects outside its own mask can never match.
 *
 * Throws DCAP_QE_IDENTITY_TEE_MISMATCH, DCAP_QE_MISCSELECT_MISMATCH, DCAP_QE_ATTRIBUTES_MISMATCH,
 * DCAP_QE_MRSIGNER_MISMATCH, DCAP_QE_PRODUCT_MISMATCH. Does not look at the ISVSVN, which is a matter of levels, or at
 * the report's signature.
 */
export function verifyQeIdentity(report: SgxReportBody, identity: QeIdentity, tee: DcapTee): void {
  expect(identity.id === QE_IDENTITY_OF[tee], 'DCAP_QE_IDENTITY_TEE_MISMATCH', 'id', QE_IDENTITY_OF[tee], identity.id)
  expectMasked(report, MISC_SELECT_OFFSET, identity.miscSelect, identity.miscSelectMask, 'miscselect')
  expectMasked(report, ATTRIBUTES_OFFSET, identity.attributes, identity.attributesMask, 'attributes')
  if (!equalBytes(report.mrSigner, identity.mrSigner)) {
    throw mismatch('DCAP_QE_MRSIGNER_MISMATCH', 'mrsigner', identity.mrSigner, report.mrSigner)
  }
  const { isvProdId } = report
  expect(isvProdId === identity.isvProdId, 'DCAP_QE_PRODUCT_MISMATCH', 'isvprodid', identity.isvProdId, isvProdId)
}

/** Refuses a quoting enclave in debug mode, whatever its identity's mask leaves open. Throws DCAP_QE_DEBUG. */
export function verifyQeNotDebug(report: SgxReportBody): void {
  expect((report.attributes.flags & DEBUG) === 0n, 'DCAP_QE_DEBUG', 'attributes', 'DEBUG clear', 'DEBUG set')
}

function expectMasked(
  report: SgxReportBody,
  offset: number,
  expected: Uint8Array,
  mask: Uint8Array,
  name: 'miscselect' | 'attributes',
): void {
  const actual = report.bytes.subarray(offset, offset + expected.length)
  for (let i = 0; i < expected.length; i++) {
    if ((actual[i]! & mask[i]!) === expected[i]) continue
    const code = name === 'miscselect' ? 'DCAP_QE_MISCSELECT_MISMATCH' : 'DCAP_QE_ATTRIBUTES_MISMATCH'
    throw mismatch(code, name, expected, actual)
  }
}

function expect(holds: boolean, code: EvidenceErrorCode, name: string, expected: unknown, actual: unknown): void {
  if (!holds) throw mismatch(code, name, expected, actual)
}

function mismatch(code: EvidenceErrorCode, name: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, {
    details: { path: `qeReport.${name}`, expected: show(expected), actual: show(actual) },
  })
}

function show(value: unknown): unknown {
  return value instanceof Uint8Array ? encodeHex(value) : value
}
