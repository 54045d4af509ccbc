/** Error rows of the SEV-SNP room. */
import type { CodedErrorOptions, ErrorEntry } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'

const row = (status: number, summary: string, next: string): ErrorEntry => ({ status, summary, next })

const RESEND = 'Send the report again exactly as the firmware returned it.'
const COLLATERAL = 'Fetch the certificate again from the AMD key distribution service for this chip and TCB.'

/** Every code that reading and verifying an SEV-SNP report can raise. */
export const SNP_ERRORS: Readonly<Record<SnpErrorCode, ErrorEntry>> = {
  SNP_REPORT_SIZE: row(400, 'The report is not 1184 bytes long.', RESEND),
  SNP_REPORT_VERSION: row(
    400,
    'The report is of a version that cannot be read here.',
    'Versions 2 to 5 are read; update the verifier if the firmware is newer.',
  ),
  SNP_REPORT_RESERVED: row(400, 'A part of the report that must be zero is not.', RESEND),
  SNP_REPORT_POLICY_RESERVED: row(
    400,
    'The reserved bits of the guest policy are not as the specification wants them.',
    RESEND,
  ),
  SNP_REPORT_SIGNER_UNKNOWN: row(400, 'The report names a signing key that does not exist.', RESEND),
  SNP_REPORT_UNSIGNED: row(
    422,
    'The report says of itself that it is not signed.',
    'Ask the guest for a report signed with VCEK or VLEK.',
  ),
  SNP_REPORT_ALGORITHM: row(
    400,
    'The report is signed with an algorithm that is not ECDSA P-384 with SHA-384.',
    RESEND,
  ),
  SNP_REPORT_VMPL: row(400, 'The report names a privilege level that does not exist.', RESEND),
  SNP_PRODUCT_UNKNOWN: row(
    400,
    'The report comes from a processor generation that is not known here.',
    'Milan, Genoa and Turin are known; update the verifier if the processor is newer.',
  ),
  SNP_EVIDENCE_JSON: row(
    400,
    'The evidence JSON misses a member of the report or holds one of the wrong shape.',
    'Send the evidence JSON exactly as the attester produced it.',
  ),
  SNP_CERTIFICATE_TABLE: row(
    400,
    'The table of certificates that the host gave beside the report is malformed.',
    'Send the table again exactly as the kernel returned it, or give the certificates one by one.',
  ),
  SNP_VEK_MISSING: row(
    422,
    'There is no VCEK or VLEK certificate to check the report with.',
    'Give the certificate with the evidence or with --collateral, or have it fetched from the AMD key distribution service with --kds.',
  ),
  SNP_VEK_INVALID: row(422, 'The VCEK or VLEK certificate is malformed.', COLLATERAL),
  SNP_VEK_ROLE: row(422, 'The certificate is of another kind than the key that the report says signed it.', COLLATERAL),
  SNP_VEK_EXTENSION: row(
    422,
    'The VCEK or VLEK certificate lacks an extension or holds one that is malformed.',
    COLLATERAL,
  ),
  SNP_VEK_PRODUCT: row(422, 'The certificate is for another processor generation than the report.', COLLATERAL),
  SNP_VEK_TCB: row(422, 'The certificate is for another TCB than the report states.', COLLATERAL),
  SNP_VEK_HWID: row(422, 'The certificate is for another chip than the report comes from.', COLLATERAL),
  SNP_CHAIN_INCOMPLETE: row(
    422,
    'The certificates of the signing chain (ASK or ASVK, and ARK) are not all there.',
    'Give the cert_chain of the AMD key distribution service with --collateral, or have it fetched with --kds.',
  ),
  SNP_CHAIN_ROOT: row(
    422,
    'The root of the chain is not a trusted AMD root key for this generation.',
    'Use the cert_chain of the AMD key distribution service; name any other root explicitly.',
  ),
  SNP_CHAIN_ISSUER: row(
    422,
    'A certificate of the chain was issued by another name than the one above it carries.',
    COLLATERAL,
  ),
  SNP_CHAIN_CONSTRAINTS: row(422, 'A certificate of the chain has no right to sign what it signed.', COLLATERAL),
  SNP_CHAIN_SIGNATURE: row(422, 'A certificate of the chain is not signed by the one above it.', COLLATERAL),
  SNP_CHAIN_EXPIRED: row(
    422,
    'A certificate of the chain is past its validity.',
    'Fetch a current certificate, or judge at the time of the report.',
  ),
  SNP_CHAIN_NOT_YET_VALID: row(422, 'A certificate of the chain is not valid yet.', 'Check the clock.'),
  SNP_CRL_INVALID: row(
    422,
    'The revocation list is malformed or not signed by the root of the chain.',
    'Fetch the list again from the AMD key distribution service.',
  ),
  SNP_CRL_EXPIRED: row(
    422,
    'The revocation list is past its next update.',
    'Fetch the list again from the AMD key distribution service.',
  ),
  SNP_CRL_REVOKED: row(422, 'A certificate of the chain is revoked.', 'Do not trust this chip; ask its owner.'),
  SNP_CRL_ABSENT: row(
    422,
    'No revocation list was given, so revocation was not checked.',
    'Give the list of the AMD key distribution service with --collateral.',
  ),
  SNP_MANIFEST_UNBOUND: row(
    422,
    'Nothing ties the services manifest beside the report to it: the report covers it together with the question.',
    'Give the report data that the evidence was asked for.',
  ),
  SNP_SIGNATURE_INVALID: row(
    422,
    'The report is not signed by the key of its certificate.',
    'Refuse it: it was changed after it was signed, or the certificate is not its own.',
  ),
  SNP_FIRMWARE_INVALID: row(
    400,
    'The firmware image has no launch metadata that can be read.',
    'Give the whole image that the guest is launched with, such as OVMF built for AMD SEV.',
  ),
  SNP_LAUNCH_INVALID: row(
    400,
    'What the guest is said to be launched with does not fit together.',
    'Check the value that the details name; a kernel needs firmware that measures kernel hashes.',
  ),
}

export type SnpErrorCode =
  | 'SNP_REPORT_SIZE'
  | 'SNP_REPORT_VERSION'
  | 'SNP_REPORT_RESERVED'
  | 'SNP_REPORT_POLICY_RESERVED'
  | 'SNP_REPORT_SIGNER_UNKNOWN'
  | 'SNP_REPORT_UNSIGNED'
  | 'SNP_REPORT_ALGORITHM'
  | 'SNP_REPORT_VMPL'
  | 'SNP_PRODUCT_UNKNOWN'
  | 'SNP_EVIDENCE_JSON'
  | 'SNP_CERTIFICATE_TABLE'
  | 'SNP_VEK_MISSING'
  | 'SNP_VEK_INVALID'
  | 'SNP_VEK_ROLE'
  | 'SNP_VEK_EXTENSION'
  | 'SNP_VEK_PRODUCT'
  | 'SNP_VEK_TCB'
  | 'SNP_VEK_HWID'
  | 'SNP_CHAIN_INCOMPLETE'
  | 'SNP_CHAIN_ROOT'
  | 'SNP_CHAIN_ISSUER'
  | 'SNP_CHAIN_CONSTRAINTS'
  | 'SNP_CHAIN_SIGNATURE'
  | 'SNP_CHAIN_EXPIRED'
  | 'SNP_CHAIN_NOT_YET_VALID'
  | 'SNP_CRL_INVALID'
  | 'SNP_CRL_EXPIRED'
  | 'SNP_CRL_REVOKED'
  | 'SNP_CRL_ABSENT'
  | 'SNP_MANIFEST_UNBOUND'
  | 'SNP_SIGNATURE_INVALID'
  | 'SNP_FIRMWARE_INVALID'
  | 'SNP_LAUNCH_INVALID'

/** The error of this room. */
export class SnpError extends EvidenceError {
  constructor(code: SnpErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(code, message, options, SNP_ERRORS)
  }
}
