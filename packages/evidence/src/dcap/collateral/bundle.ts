/** Reading a collateral bundle: the JSON shapes that are passed around, brought into one. */
import { CodecError } from '@veritee/codec'
import { decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import { parseJson, parseJsonMembers } from '@veritee/codec/json'
import { EvidenceError } from '../../errors.ts'
import type { DcapCollateral } from './types.ts'

const MAX_BUNDLE_BYTES = 8 << 20
const MAX_MEMBER_LENGTH = 4 << 20
const LIMITS = { maxBytes: MAX_BUNDLE_BYTES, maxDepth: 32 } as const

/** One signed document: the exact text its signature covers, and the signature in hexadecimal. */
export interface SignedText {
  readonly text: string
  readonly signature: string
}

/**
 * Reads a collateral bundle from its JSON text or from the object it parses to.
 *
 * Members (spelt in snake_case): `pck_crl_issuer_chain`, `root_ca_crl`, `pck_crl`, `tcb_info_issuer_chain`, `tcb_info`
 * with `tcb_info_signature`, `qe_identity_issuer_chain`, `qe_identity` with `qe_identity_signature`, and optionally
 * `pck_certificate_chain`. `tcb_info` and `qe_identity` may instead hold the envelope that Intel's service returns, with
 * the signature inside. CRLs are PEM or hexadecimal DER.
 *
 * Throws DCAP_COLLATERAL_INVALID and DCAP_COLLATERAL_EXCESSIVE. Verifies nothing.
 */
export function parseDcapCollateral(input: string | Uint8Array | object): DcapCollateral {
  const bundle = typeof input === 'string' || input instanceof Uint8Array ? parseBundle(input) : input
  if (bundle === null || typeof bundle !== 'object' || Array.isArray(bundle)) {
    throw invalid('', 'an object', bundle === null ? 'null' : typeof bundle)
  }
  const members = bundle as Readonly<Record<string, unknown>>
  const tcbInfo = splitDocument(members, 'tcb_info', 'tcbInfo')
  if (tcbInfo === undefined) throw invalid('tcb_info', 'a text', 'absent')
  const qeIdentity = splitDocument(members, 'qe_identity', 'enclaveIdentity')
  const pckCrlIssuerChain = optionalText(members, 'pck_crl_issuer_chain')
  const pckCertificateChain = optionalText(members, 'pck_certificate_chain')
  return {
    rootCaCrl: text(members, 'root_ca_crl'),
    pckCrl: text(members, 'pck_crl'),
    tcbInfoIssuerChain: text(members, 'tcb_info_issuer_chain'),
    tcbInfo: tcbInfo.text,
    tcbInfoSignature: tcbInfo.signature,
    qeIdentityIssuerChain: optionalText(members, 'qe_identity_issuer_chain') ?? '',
    ...(qeIdentity === undefined ? {} : { qeIdentity: qeIdentity.text, qeIdentitySignature: qeIdentity.signature }),
    ...(pckCrlIssuerChain === undefined ? {} : { pckCrlIssuerChain }),
    ...(pckCertificateChain === undefined ? {} : { pckCertificateChain }),
  }
}

/** Writes a bundle with the member names that {@link parseDcapCollateral} reads; every text stays as it was received. */
export function encodeDcapCollateral(collateral: DcapCollateral): string {
  const members = {
    pck_crl_issuer_chain: collateral.pckCrlIssuerChain,
    root_ca_crl: collateral.rootCaCrl,
    pck_crl: collateral.pckCrl,
    tcb_info_issuer_chain: collateral.tcbInfoIssuerChain,
    tcb_info: collateral.tcbInfo,
    tcb_info_signature: collateral.tcbInfoSignature,
    qe_identity_issuer_chain: collateral.qeIdentityIssuerChain,
    qe_identity: collateral.qeIdentity,
    qe_identity_signature: collateral.qeIdentitySignature,
    pck_certificate_chain: collateral.pckCertificateChain,
  }
  return JSON.stringify(members, undefined, 2)
}

/**
 * Splits the envelope `{"tcbInfo":{…},"signature":"…"}` that Intel's service returns into the exact text of the signed
 * value and the signature. Throws DCAP_COLLATERAL_INVALID.
 */
export function splitSignedDocument(envelope: string | Uint8Array, name: 'tcbInfo' | 'enclaveIdentity'): SignedText {
  const members = wrapCodec(name, () => parseJsonMembers(envelope, LIMITS))
  const document = members.get(name)
  const signature = members.get('signature')
  if (document === undefined) throw invalid(name, 'a member', 'absent')
  if (typeof signature?.value !== 'string') throw invalid('signature', 'a text', typeof signature?.value)
  return { text: document.text, signature: signature.value }
}

/** A CRL as a bundle holds it: PEM and hexadecimal text stay, DER becomes hexadecimal. */
export function encodeCrlText(crl: string | Uint8Array): string {
  if (typeof crl === 'string') return crl
  return crl[0] === 0x30 ? encodeHex(crl) : wrapCodec('crl', () => decodeUtf8(crl))
}

function parseBundle(input: string | Uint8Array): unknown {
  return wrapCodec('', () => parseJson(input, LIMITS))
}

function splitDocument(
  members: Readonly<Record<string, unknown>>,
  name: 'tcb_info' | 'qe_identity',
  envelopeName: 'tcbInfo' | 'enclaveIdentity',
): SignedText | undefined {
  const document = optionalText(members, name)
  if (document === undefined) return undefined
  const signature = optionalText(members, `${name}_signature`)
  if (signature !== undefined) return { text: document, signature }
  return splitSignedDocument(document, envelopeName)
}

function text(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = optionalText(members, name)
  if (value === undefined) throw invalid(name, 'a text', 'absent')
  return value
}

function optionalText(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(name, 'a text', typeof value)
  if (value.length > MAX_MEMBER_LENGTH) {
    throw new EvidenceError('DCAP_COLLATERAL_EXCESSIVE', undefined, {
      details: { path: name, expected: `at most ${MAX_MEMBER_LENGTH} characters`, actual: value.length },
    })
  }
  return value
}

function wrapCodec<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new EvidenceError('DCAP_COLLATERAL_INVALID', undefined, {
      details: { path: path === '' ? 'collateral' : `collateral.${path}`, actual: cause.message },
      cause,
    })
  }
}

function invalid(name: string, expected: unknown, actual: unknown): EvidenceError {
  const path = name === '' ? 'collateral' : `collateral.${name}`
  return new EvidenceError('DCAP_COLLATERAL_INVALID', undefined, { details: { path, expected, actual } })
}
