import { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tags.ts'
import type { Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'
import { type Revocation, RevokedEntries, readRevokedEntries } from './crl-entries.ts'
import { criticalBeyond, readExtensions, type X509Extension } from './extensions.ts'
import { type DistinguishedName, readName } from './name.ts'
import { EXTENSION_OIDS } from './oids.ts'
import { expectSameAlgorithm, readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'
import { readAuthorityKeyId, readCrlNumber } from './standard-extensions.ts'

/** Bounds on a revocation list. */
export interface CrlLimits {
  /** Longest list accepted; 16 MiB by default. */
  readonly maxBytes?: number
  /** Most entries accepted; 250,000 by default. */
  readonly maxEntries?: number
}

/** A revocation list as read; nothing of it was verified. Byte members are views into the bytes given. */
export interface X509Crl {
  readonly der: Uint8Array
  /** The exact bytes that were signed. */
  readonly tbs: Uint8Array
  readonly signatureAlgorithm: SignatureAlgorithm
  readonly signature: Uint8Array
  readonly issuer: DistinguishedName
  /** Epoch seconds. */
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly extensions: ReadonlyMap<Oid, X509Extension>
  readonly crlNumber: bigint | undefined
  readonly authorityKeyId: Uint8Array | undefined
  /** Critical extensions of the list and of its entries, beyond number and authority key: delta and partial lists show here. */
  readonly unknownCriticalExtensions: readonly Oid[]
  readonly entryCount: number
  /** Tells whether a serial number (big-endian, leading zeros do not matter) is on the list. */
  isRevoked(serial: Uint8Array): boolean
  /** Epoch seconds of its revocation, or undefined. */
  revokedAt(serial: Uint8Array): number | undefined
  /** Time and reason of its revocation, or undefined. */
  findRevocation(serial: Uint8Array): Revocation | undefined
}

const READ: ReadonlySet<Oid> = new Set([EXTENSION_OIDS.crlNumber, EXTENSION_OIDS.authorityKeyId])

/**
 * Reads a version 2 revocation list (RFC 5280 §5.1) from strict DER that fills the bytes. Malformed structure throws
 * `CODEC_DER_*`, `CODEC_X509_EXTENSION_*` or `CODEC_CRL_INVALID`, too much `CODEC_CRL_LIMIT`. It checks no signature,
 * issuer or time.
 */
export function parseCrl(der: Uint8Array, limits: CrlLimits = {}): X509Crl {
  const { maxBytes = 16 << 20, maxEntries = 250_000 } = limits
  if (der.length > maxBytes) throw new CodecError('CODEC_CRL_LIMIT', undefined, { details: { expected: maxBytes } })
  const outer = new DerReader(der)
  const list = outer.readSequence()
  outer.expectEnd()
  const tbs = list.peek(TAG.sequence).bytes
  const fields = list.readSequence()
  const outerAlgorithm = readSignatureAlgorithm(list)
  const signature = list.readBitStringBytes()
  list.expectEnd()

  if (fields.peekTag() !== TAG.integer || fields.readSmallInteger() !== 1) {
    throw new CodecError('CODEC_CRL_INVALID', 'The revocation list is not of version 2.', {
      details: { path: 'version' },
    })
  }
  const signatureAlgorithm = readSignatureAlgorithm(fields)
  expectSameAlgorithm(signatureAlgorithm, outerAlgorithm, 'CODEC_CRL_INVALID')
  const issuer = readName(fields)
  const thisUpdate = fields.readTime()
  const hasNext = fields.peekTag() === TAG.utcTime || fields.peekTag() === TAG.generalizedTime
  const nextUpdate = hasNext ? fields.readTime() : undefined
  const revoked = fields.readOptional(TAG.sequence)?.content
  const entries = revoked === undefined ? new RevokedEntries() : readRevokedEntries(revoked, maxEntries)
  const extensionList = fields.readOptionalExplicit(0)
  const extensions =
    extensionList === undefined ? new Map<Oid, X509Extension>() : readExtensions(extensionList.readSequence())
  extensionList?.expectEnd()
  fields.expectEnd()

  return {
    der,
    tbs,
    signatureAlgorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    extensions,
    crlNumber: readCrlNumber(extensions),
    authorityKeyId: readAuthorityKeyId(extensions),
    unknownCriticalExtensions: [...criticalBeyond(extensions, READ), ...entries.unknownCritical],
    entryCount: entries.count,
    isRevoked: (serial) => entries.find(serial) !== undefined,
    revokedAt: (serial) => entries.find(serial)?.revokedAt,
    findRevocation: (serial) => entries.find(serial),
  }
}
