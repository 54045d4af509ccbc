/** The PCK chain: from the certificate of the platform's attestation key up to a trusted root. */
import type { X509Certificate } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { Checks } from '../../result/checks.ts'
import type { DcapRoot } from '../roots.ts'
import { readChain, verifyCertificateProfile } from './certificate.ts'
import { type ChainContext, isSameName } from './context.ts'
import { type DatedCrl, isRevoked, PCK_CRL, ROOT_CRL, verifyCrl } from './crl.ts'
import { PCK_EXTENSION_OID, parsePckExtension } from './extension.ts'
import { expectTrusted, findRoot, verifySelfSigned } from './root.ts'
import type { PckCa, PckExtension } from './types.ts'

const FORM = { path: 'pckCertificateChain', count: 3, code: 'DCAP_PCK_CHAIN_INVALID' } as const
const PROCESSOR_CA = 'Intel SGX PCK Processor CA'
const PLATFORM_CA = 'Intel SGX PCK Platform CA'

/** A PCK chain as read. */
export interface PckChain {
  readonly root: X509Certificate
  readonly intermediate: X509Certificate
  readonly leaf: X509Certificate
  readonly ca: PckCa
  readonly extension: PckExtension
}

/** A PCK chain that ends in a trusted root and is not revoked. */
export interface VerifiedPckChain extends PckChain {
  readonly trustedRoot: DcapRoot
}

/** The two lists of a collateral set. */
export interface PckCrls {
  readonly rootCaCrl: DatedCrl
  readonly pckCrl: DatedCrl
}

/**
 * Reads a PCK chain: exactly three certificates in any order, told apart by their names (specification page, sections
 * 4.2 and 9).
 */
export function readPckChain(text: string, context: ChainContext): PckChain {
  const certificates = readChain(text, FORM, context)
  const root = findRoot(certificates)
  const intermediate = certificates.find((certificate) => !isSelfIssued(certificate) && names(certificate, 'CA'))
  if (intermediate === undefined) throw missing('DCAP_INTERMEDIATE_CA_MISSING', certificates)
  const leaf = certificates.findLast((certificate) => names(certificate, 'SGX PCK Certificate'))
  if (leaf === undefined) throw missing('DCAP_PCK_MISSING', certificates)
  const name = intermediate.subject.commonName
  if (!context.parity && name !== PROCESSOR_CA && name !== PLATFORM_CA) {
    throw refuse('DCAP_INTERMEDIATE_CA_NAME_UNKNOWN', 'intermediate', [PROCESSOR_CA, PLATFORM_CA], name)
  }
  const ca = name?.includes('Platform') === true ? 'platform' : 'processor'
  return { root, intermediate, leaf, ca, extension: readExtension(leaf, ca, context.parity) }
}

/**
 * Verifies a PCK chain and both revocation lists it depends on, each step a named check.
 *
 * Does not look at dates: those are judged with everything else the verdict rests on.
 */
export async function verifyPckChain(
  chain: PckChain,
  { rootCaCrl, pckCrl }: PckCrls,
  context: ChainContext,
  checks: Checks,
): Promise<VerifiedPckChain> {
  const { root, intermediate, leaf } = chain
  const { parity } = context
  await checks.wait('pck.root.signature', () => verifySelfSigned(root, context))
  await checks.wait('pck.intermediate.signature', () => verifyIssued(intermediate, root, INTERMEDIATE, context))
  await checks.wait('pck.leaf.signature', () => verifyIssued(leaf, intermediate, LEAF, context))
  const trustedRoot = checks.check('pck.root.trusted', () => expectTrusted(root, context, 'DCAP_ROOT_UNTRUSTED'))
  if (!parity) {
    checks.check('pck.profile', () => {
      verifyCertificateProfile(root, 'root', root)
      verifyCertificateProfile(intermediate, 'intermediate', root)
      verifyCertificateProfile(leaf, 'pck', intermediate)
    })
  }
  await checks.wait('rootCaCrl.signature', () => verifyCrl(rootCaCrl, root, ROOT_CRL, context))
  await checks.wait('pckCrl.signature', () => verifyCrl(pckCrl, intermediate, PCK_CRL, context))
  checks.check('pck.intermediate.notRevoked', () => {
    if (isRevoked(rootCaCrl, intermediate, parity)) throw revoked('DCAP_INTERMEDIATE_CA_REVOKED', intermediate)
  })
  checks.check('pck.leaf.notRevoked', () => {
    if (isRevoked(pckCrl, leaf, parity)) throw revoked('DCAP_PCK_REVOKED', leaf)
  })
  if (!parity) {
    checks.check('pck.root.notRevoked', () => {
      if (isRevoked(rootCaCrl, root, parity)) throw revoked('DCAP_ROOT_CA_REVOKED', root)
    })
  }
  return { ...chain, trustedRoot }
}

interface IssueCodes {
  readonly path: string
  readonly issuer: EvidenceErrorCode
  readonly signature: EvidenceErrorCode
}

const INTERMEDIATE: IssueCodes = {
  path: 'intermediate',
  issuer: 'DCAP_INTERMEDIATE_CA_ISSUER_MISMATCH',
  signature: 'DCAP_INTERMEDIATE_CA_SIGNATURE_INVALID',
}
const LEAF: IssueCodes = { path: 'pck', issuer: 'DCAP_PCK_ISSUER_MISMATCH', signature: 'DCAP_PCK_SIGNATURE_INVALID' }

/** Verifies that a certificate names its issuer and is signed by it. */
export async function verifyIssued(
  certificate: X509Certificate,
  issuer: X509Certificate,
  { path, issuer: issuerCode, signature }: IssueCodes,
  context: ChainContext,
): Promise<void> {
  if (!isSameName(certificate.issuer, issuer.subject)) {
    throw refuse(issuerCode, path, issuer.subject.toString(), certificate.issuer.toString())
  }
  if (!(await context.isSignedBy(certificate, context.keyOf(issuer)))) {
    throw refuse(signature, path, `a signature of ${issuer.subject}`, 'another')
  }
}

/** Tells whether a certificate's common name contains a text. */
export function names(certificate: X509Certificate, text: string): boolean {
  return certificate.subject.commonName?.includes(text) === true
}

function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return isSameName(subject, issuer)
}

function readExtension(leaf: X509Certificate, ca: PckCa, parity: boolean): PckExtension {
  const extension = leaf.extensions.get(PCK_EXTENSION_OID)
  if (extension === undefined) throw refuse('DCAP_PCK_EXTENSION_MISSING', 'pck.extension', PCK_EXTENSION_OID, 'absent')
  return parsePckExtension(extension.value, { platformMembers: ca === 'platform', parity })
}

function missing(code: EvidenceErrorCode, certificates: readonly X509Certificate[]): EvidenceError {
  const actual = certificates.map((certificate) => certificate.subject.toString())
  return new EvidenceError(code, undefined, { details: { path: FORM.path, actual } })
}

function revoked(code: EvidenceErrorCode, certificate: X509Certificate): EvidenceError {
  const { serialHex } = certificate
  return refuse(code, certificate.subject.toString(), 'not on the revocation list', `serial number ${serialHex} listed`)
}

function refuse(code: EvidenceErrorCode, path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, { details: { path, expected, actual } })
}
