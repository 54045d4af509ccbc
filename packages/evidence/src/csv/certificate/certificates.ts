/** The two binary certificate forms of Hygon: those of its authorities (HRK, HSK) and those of a platform (CEK, PEK, OCA). */
import type { PublicKey } from '@veritee/codec/signature'
import { readKey, readSignature, readUserId, refuse, u32 } from './fields.ts'

/** Key usages as stored. */
export const USAGE = {
  hrk: 0x0,
  hsk: 0x13,
  invalid: 0x1000,
  oca: 0x1001,
  pek: 0x1002,
  pdh: 0x1003,
  cek: 0x1004,
} as const
/** SM2 signature. */
export const ALGORITHM_SM2 = 4

export const AUTHORITY_BYTES = 832
export const PLATFORM_BYTES = 2084
const AUTHORITY_SIGNED_BYTES = 576
const PLATFORM_SIGNED_BYTES = 1044
const MOST_CERTIFICATES = 16
const AUTHORITY_USAGES: readonly number[] = [USAGE.hrk, USAGE.hsk]
const SIGNATURES_AT = [1044, 1564] as const

/** Whoever signs: a key and the user id that goes into each of its SM2 signatures. */
export interface CsvSigner {
  readonly key: PublicKey
  readonly userId: Uint8Array
}

/** An HRK or HSK certificate, 832 bytes. */
export interface AuthorityCertificate extends CsvSigner {
  readonly bytes: Uint8Array
  readonly signedBytes: Uint8Array
  /** 16 bytes. */
  readonly keyId: Uint8Array
  /** Key id of the issuer, 16 bytes. */
  readonly certifyingId: Uint8Array
  readonly usage: number
  /** r‖s, 64 bytes. */
  readonly signature: Uint8Array
}

/** One of the two signatures of a platform certificate. */
export interface PlatformSignature {
  /** Usage of the key that signed; USAGE.invalid for an empty place. */
  readonly usage: number
  readonly algorithm: number
  /** The 144 bytes as stored: decoded only if the place is in use. */
  readonly bytes: Uint8Array
}

/** A CEK, PEK, OCA or PDH certificate, 2084 bytes. */
export interface PlatformCertificate extends CsvSigner {
  readonly bytes: Uint8Array
  readonly signedBytes: Uint8Array
  readonly usage: number
  readonly algorithm: number
  /** Key id of the issuer where it has one, 16 bytes. */
  readonly issuerId: Uint8Array
  readonly firmware: { readonly major: number; readonly minor: number }
  readonly signatures: readonly [PlatformSignature, PlatformSignature]
}

/** @throws EvidenceError CSV_CERTIFICATE_MALFORMED, CSV_CERTIFICATE_KEY */
export function parseAuthorityCertificate(bytes: Uint8Array, name: string): AuthorityCertificate {
  expectSize(bytes, AUTHORITY_BYTES, name)
  expectVersion(bytes, [1], name)
  return {
    bytes,
    signedBytes: bytes.subarray(0, AUTHORITY_SIGNED_BYTES),
    keyId: bytes.subarray(4, 20),
    certifyingId: bytes.subarray(20, 36),
    usage: u32(bytes, 36),
    key: readKey(bytes.subarray(64, 212), name),
    userId: readUserId(bytes.subarray(212, 468), name),
    signature: readSignature(bytes.subarray(576, 720), `${name}.signature`),
  }
}

/** @throws EvidenceError CSV_CERTIFICATE_MALFORMED, CSV_CERTIFICATE_KEY */
export function parsePlatformCertificate(bytes: Uint8Array, name: string): PlatformCertificate {
  expectSize(bytes, PLATFORM_BYTES, name)
  expectVersion(bytes, [1, 2], name)
  const [first, second] = SIGNATURES_AT.map(
    (at): PlatformSignature => ({
      usage: u32(bytes, at),
      algorithm: u32(bytes, at + 4),
      bytes: bytes.subarray(at + 8, at + 152),
    }),
  )
  return {
    bytes,
    signedBytes: bytes.subarray(0, PLATFORM_SIGNED_BYTES),
    usage: u32(bytes, 8),
    algorithm: u32(bytes, 12),
    key: readKey(bytes.subarray(16, 164), name),
    userId: readUserId(bytes.subarray(164, 420), name),
    issuerId: bytes.subarray(420, 436),
    firmware: { major: bytes[4]!, minor: bytes[5]! },
    signatures: [first!, second!],
  }
}

/** What the key distribution service returns: HSK, then CEK. @throws EvidenceError CSV_CERTIFICATE_* */
export function parseHskCek(bytes: Uint8Array): { hsk: AuthorityCertificate; cek: PlatformCertificate } {
  expectSize(bytes, AUTHORITY_BYTES + PLATFORM_BYTES, 'hsk_cek')
  return {
    hsk: parseAuthorityCertificate(bytes.subarray(0, AUTHORITY_BYTES), 'hsk'),
    cek: parsePlatformCertificate(bytes.subarray(AUTHORITY_BYTES), 'cek'),
  }
}

/** A certificate of either form. */
export type HygonCertificate =
  | { readonly form: 'authority'; readonly certificate: AuthorityCertificate }
  | { readonly form: 'platform'; readonly certificate: PlatformCertificate }

/**
 * Reads certificates that follow each other without anything between them, as key distribution services and platform
 * tools write them. The usage of each tells its form.
 *
 * @throws EvidenceError CSV_CERTIFICATE_*
 */
export function parseHygonCertificates(bytes: Uint8Array): HygonCertificate[] {
  const found: HygonCertificate[] = []
  for (let at = 0; at < bytes.length; ) {
    if (found.length === MOST_CERTIFICATES)
      throw refuse('CSV_CERTIFICATE_MALFORMED', 'certificates', `at most ${MOST_CERTIFICATES}`)
    const isAuthority = bytes.length - at >= AUTHORITY_BYTES && AUTHORITY_USAGES.includes(u32(bytes, at + 36))
    const end = Math.min(bytes.length, at + (isAuthority ? AUTHORITY_BYTES : PLATFORM_BYTES))
    const own = bytes.subarray(at, end)
    const name = `certificates[${found.length}]`
    found.push(
      isAuthority
        ? { form: 'authority', certificate: parseAuthorityCertificate(own, name) }
        : { form: 'platform', certificate: parsePlatformCertificate(own, name) },
    )
    at = end
  }
  return found
}

function expectSize(bytes: Uint8Array, size: number, name: string): void {
  if (bytes.length !== size) throw refuse('CSV_CERTIFICATE_MALFORMED', name, `${size} bytes`, bytes.length)
}

function expectVersion(bytes: Uint8Array, versions: readonly number[], name: string): void {
  const version = u32(bytes, 0)
  if (!versions.includes(version)) throw refuse('CSV_CERTIFICATE_MALFORMED', `${name}.version`, versions, version)
}
