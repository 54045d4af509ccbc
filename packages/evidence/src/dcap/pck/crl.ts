/** Revocation lists: reading them in the forms bundles hold, and verifying that they are their issuer's. */
import { CodecError } from '@veritee/codec'
import { decodeHex, encodeHex, equalBytes } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { EXTENSION_OIDS, parseCrl, type X509Certificate, type X509Crl } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { type ChainContext, isSameName } from './context.ts'
import { mendCrl } from './mend.ts'

const PEM_LABEL = 'X509 CRL'
const SIGNATURE_ALGORITHM = 'ecdsa-with-SHA256'
/** Extensions that make a list something else than the full list of its issuer, critical or not. */
const NARROWING = [EXTENSION_OIDS.deltaCrlIndicator, EXTENSION_OIDS.issuingDistributionPoint] as const

/** The codes that faults of one list carry. */
export interface CrlCodes {
  readonly path: 'rootCaCrl' | 'pckCrl'
  readonly invalid: EvidenceErrorCode
  readonly issuer: EvidenceErrorCode
  readonly missing: EvidenceErrorCode
  readonly unknown: EvidenceErrorCode
  readonly authority: EvidenceErrorCode
  readonly signature: EvidenceErrorCode
}

/** A list as these chains need it: with a number and a next update. */
export interface DatedCrl extends X509Crl {
  readonly crlNumber: bigint
  readonly nextUpdate: number
}

export const ROOT_CRL: CrlCodes = {
  path: 'rootCaCrl',
  invalid: 'DCAP_ROOT_CRL_INVALID',
  issuer: 'DCAP_ROOT_CRL_ISSUER_MISMATCH',
  missing: 'DCAP_ROOT_CRL_EXTENSION_MISSING',
  unknown: 'DCAP_ROOT_CRL_EXTENSION_UNKNOWN',
  authority: 'DCAP_ROOT_CRL_AUTHORITY_KEY_MISMATCH',
  signature: 'DCAP_ROOT_CRL_SIGNATURE_INVALID',
}

export const PCK_CRL: CrlCodes = {
  path: 'pckCrl',
  invalid: 'DCAP_PCK_CRL_INVALID',
  issuer: 'DCAP_PCK_CRL_ISSUER_MISMATCH',
  missing: 'DCAP_PCK_CRL_EXTENSION_MISSING',
  unknown: 'DCAP_PCK_CRL_EXTENSION_UNKNOWN',
  authority: 'DCAP_PCK_CRL_AUTHORITY_KEY_MISMATCH',
  signature: 'DCAP_PCK_CRL_SIGNATURE_INVALID',
}

/** Reads a CRL from PEM or hexadecimal DER. */
export function readCrl(text: string, codes: CrlCodes, parity: boolean): DatedCrl {
  try {
    const der = decodeCrl(text, codes, parity)
    const crl = parity ? mendCrl(der) : parseCrl(der)
    const { crlNumber, nextUpdate } = crl
    if (crlNumber === undefined) throw refuse(codes.invalid, codes, 'a CRL number', 'absent')
    if (nextUpdate === undefined) throw refuse(codes.invalid, codes, 'nextUpdate', 'absent')
    return { ...crl, crlNumber, nextUpdate }
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new EvidenceError(codes.invalid, undefined, {
      details: { path: codes.path, expected: 'PEM or hexadecimal DER', actual: cause.message, cause: cause.code },
      cause,
    })
  }
}

/** Verifies that a list is the issuer's own, full and unaltered list. Its dates are a matter of the whole verdict. */
export async function verifyCrl(
  crl: DatedCrl,
  issuer: X509Certificate,
  codes: CrlCodes,
  context: ChainContext,
): Promise<void> {
  if (!isSameName(crl.issuer, issuer.subject)) {
    throw refuse(codes.issuer, codes, issuer.subject.toString(), crl.issuer.toString())
  }
  if (!crl.extensions.has(EXTENSION_OIDS.authorityKeyId)) {
    throw refuse(codes.missing, codes, 'authorityKeyIdentifier', 'absent')
  }
  if (!context.parity) verifyCrlProfile(crl, issuer, codes)
  if (!(await context.isSignedBy(crl, context.keyOf(issuer)))) {
    throw refuse(codes.signature, codes, `a signature of ${issuer.subject}`, 'another')
  }
}

/** Tells whether a certificate is on a list. */
export function isRevoked(crl: X509Crl, { serial }: X509Certificate, parity: boolean): boolean {
  // Parity rules do not find serial number 0 on a list.
  if (parity && serial.every((byte) => byte === 0)) return false
  return crl.isRevoked(serial)
}

function verifyCrlProfile(crl: DatedCrl, issuer: X509Certificate, codes: CrlCodes): void {
  const narrowing = NARROWING.filter((oid) => crl.extensions.has(oid))
  const unknown = [...new Set([...narrowing, ...crl.unknownCriticalExtensions])]
  if (unknown.length > 0) throw refuse(codes.unknown, codes, [], unknown)
  const [named, key] = [crl.authorityKeyId, issuer.subjectKeyId]
  if (named === undefined || key === undefined || !equalBytes(named, key)) {
    const expected = key === undefined ? 'absent' : encodeHex(key)
    throw refuse(codes.authority, codes, expected, named === undefined ? 'absent' : encodeHex(named))
  }
  if (crl.signatureAlgorithm.name !== SIGNATURE_ALGORITHM) {
    throw refuse(codes.signature, codes, SIGNATURE_ALGORITHM, crl.signatureAlgorithm.name)
  }
}

function decodeCrl(text: string, codes: CrlCodes, parity: boolean): Uint8Array {
  if (!text.includes('-----BEGIN')) return decodeHex(parity ? text : text.trim())
  const [block, ...more] = parsePem(text)
  if (block?.label !== PEM_LABEL || more.length > 0) {
    throw refuse(codes.invalid, codes, `one ${PEM_LABEL} block`, block?.label ?? 'none')
  }
  return block.der
}

function refuse(code: EvidenceErrorCode, { path }: CrlCodes, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, { details: { path, expected, actual } })
}
