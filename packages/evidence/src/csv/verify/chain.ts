/** HRK to HSK to CEK to PEK: roles, issuers and signatures. */
import { equalBytes } from '@veritee/codec/bytes'
import { importPublicKey } from '@veritee/codec/signature'
import { verifySm2 } from '@veritee/codec/sm'
import {
  ALGORITHM_SM2,
  type AuthorityCertificate,
  type CsvSigner,
  type PlatformCertificate,
  USAGE,
} from '../certificate/certificates.ts'
import { readSignature, refuse } from '../certificate/fields.ts'
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
  expectUsage('hsk', USAGE.hsk, hsk.usage)
  expectUsage('cek', USAGE.cek, cek.usage)
  expectUsage('pek', USAGE.pek, pek.usage)
  for (const [name, certificate] of [
    ['cek', cek],
    ['pek', pek],
  ] as const) {
    if (certificate.algorithm !== ALGORITHM_SM2)
      throw refuse('CSV_CERTIFICATE_KEY', `${name}.algorithm`, ALGORITHM_SM2, certificate.algorithm)
  }
  if (!equalBytes(cek.issuerId, hsk.keyId)) throw refuse('CSV_CHAIN_ISSUER', 'cek.sid')
}

/** @throws EvidenceError CSV_CHAIN_SIGNATURE, CSV_CERTIFICATE_ROLE */
export function verifyChainSignatures(
  root: CsvRoot,
  hsk: AuthorityCertificate,
  cek: PlatformCertificate,
  pek: PlatformCertificate,
): void {
  const rootSigner: CsvSigner = {
    key: importPublicKey({ kind: 'ec-point', curve: 'SM2', point: root.publicKey }),
    userId: root.userId,
  }
  if (!verifySm2(rootSigner.key, hsk.signedBytes, hsk.signature, { userId: rootSigner.userId }))
    throw refuse('CSV_CHAIN_SIGNATURE', 'hsk.signature')
  verifyPlatformSignature('cek', cek, USAGE.hsk, hsk)
  verifyPlatformSignature('pek', pek, USAGE.cek, cek)
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
  if (
    !verifySm2(issuer.key, certificate.signedBytes, readSignature(place.bytes, `${name}.signature`), {
      userId: issuer.userId,
    })
  ) {
    throw refuse('CSV_CHAIN_SIGNATURE', `${name}.signature`)
  }
}

function expectUsage(name: string, expected: number, actual: number): void {
  if (actual !== expected)
    throw refuse('CSV_CERTIFICATE_ROLE', `${name}.usage`, `0x${expected.toString(16)}`, `0x${actual.toString(16)}`)
}
