/** HRK to HSK to CEK to PEK: roles, issuers and signatures. */
import { encodeHex, equalBytes, u16be } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { importPublicKey } from '@veritee/codec/signature'
import { verifySm2 } from '@veritee/codec/sm'
import { LruMap } from '../../dcap/verify/lru.ts'
import {
  ALGORITHM_SM2,
  type AuthorityCertificate,
  type CsvSigner,
  type PlatformCertificate,
  USAGE,
} from '../certificate/certificates.ts'
import { readSignature, refuse } from '../certificate/fields.ts'
import { CsvError } from '../codes.ts'
import type { CsvRoot } from '../roots.ts'

/** Finds the pinned root that an HSK names as its issuer. @throws EvidenceError CSV_CHAIN_ROOT */
export function findRoot(hsk: AuthorityCertificate, roots: readonly CsvRoot[]): CsvRoot {
  const root = roots.find((entry) => equalBytes(entry.keyId, hsk.certifyingId))
  if (root === undefined)
    throw refuse(
      'CSV_CHAIN_ROOT',
      'hsk.certifying_id',
      roots.map((entry) => entry.name),
    )
  return root
}

/** Each certificate is for the use its place needs, and names the one above it. @throws EvidenceError CSV_CERTIFICATE_ROLE, CSV_CHAIN_ISSUER */
export function checkRoles(hsk: AuthorityCertificate, cek: PlatformCertificate, pek: PlatformCertificate): void {
  checkChipRoles(hsk, cek)
  expectUsage('pek', USAGE.pek, pek.usage)
  expectSm2('pek', pek)
}

/** As {@link checkRoles}, for the two that a chip is known by. */
export function checkChipRoles(hsk: AuthorityCertificate, cek: PlatformCertificate): void {
  expectUsage('hsk', USAGE.hsk, hsk.usage)
  expectUsage('cek', USAGE.cek, cek.usage)
  expectSm2('cek', cek)
  if (!equalBytes(cek.issuerId, hsk.keyId)) throw refuse('CSV_CHAIN_ISSUER', 'cek.sid')
}

/** @throws EvidenceError CSV_CHAIN_SIGNATURE, CSV_CERTIFICATE_ROLE */
export function verifyChainSignatures(
  root: CsvRoot,
  hsk: AuthorityCertificate,
  cek: PlatformCertificate,
  pek: PlatformCertificate,
): void {
  verifyChipSignatures(root, hsk, cek)
  verifyPlatformSignature('pek', pek, USAGE.cek, cek)
}

/** As {@link verifyChainSignatures}, down to the CEK. */
export function verifyChipSignatures(root: CsvRoot, hsk: AuthorityCertificate, cek: PlatformCertificate): void {
  const rootSigner: CsvSigner = {
    key: importPublicKey({ kind: 'ec-point', curve: 'SM2', point: root.publicKey }),
    userId: root.userId,
  }
  if (!isSignedBy(hsk, hsk.signature, rootSigner)) throw refuse('CSV_CHAIN_SIGNATURE', 'hsk.signature')
  verifyPlatformSignature('cek', cek, USAGE.hsk, hsk)
}

/** Whether a CEK signed a PEK; false for what cannot be read as a signature. */
export function isIssuer(cek: PlatformCertificate, pek: PlatformCertificate): boolean {
  const place = pek.signatures.find((entry) => entry.usage === USAGE.cek && entry.algorithm === ALGORITHM_SM2)
  try {
    return place !== undefined && isSignedBy(pek, readSignature(place.bytes, 'pek.signature'), cek)
  } catch (error) {
    if (error instanceof CsvError) return false
    throw error
  }
}

/** The place that names the issuer's usage must hold its signature; SM2 takes the issuer's user id. */
export function verifyPlatformSignature(
  name: string,
  certificate: PlatformCertificate,
  usage: number,
  issuer: CsvSigner,
): void {
  const place = certificate.signatures.find((entry) => entry.usage === usage)
  if (place === undefined || place.algorithm !== ALGORITHM_SM2) {
    throw refuse(
      'CSV_CERTIFICATE_ROLE',
      `${name}.signatures`,
      `one by a key of usage 0x${usage.toString(16)}`,
      certificate.signatures.map((entry) => entry.usage),
    )
  }
  if (!isSignedBy(certificate, readSignature(place.bytes, `${name}.signature`), issuer))
    throw refuse('CSV_CHAIN_SIGNATURE', `${name}.signature`)
}

/** Every machine of a fleet comes with the same few certificates: what was verified once is remembered. */
const verified = new LruMap<true>(512)

function isSignedBy(
  { signedBytes }: { readonly signedBytes: Uint8Array },
  signature: Uint8Array,
  { key, userId }: CsvSigner,
): boolean {
  const name = encodeHex(digest('sha256', key.point!, u16be(userId.length), userId, signature, signedBytes))
  if (verified.find(name) !== undefined) return true
  const holds = verifySm2(key, signedBytes, signature, { userId })
  if (holds) verified.keep(name, true)
  return holds
}

function expectUsage(name: string, expected: number, actual: number): void {
  if (actual !== expected)
    throw refuse('CSV_CERTIFICATE_ROLE', `${name}.usage`, `0x${expected.toString(16)}`, `0x${actual.toString(16)}`)
}

function expectSm2(name: string, { algorithm }: PlatformCertificate): void {
  if (algorithm !== ALGORITHM_SM2) throw refuse('CSV_CERTIFICATE_KEY', `${name}.algorithm`, ALGORITHM_SM2, algorithm)
}
