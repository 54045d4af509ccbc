import { encodeHex } from '../bytes/hex.ts'
import { TAG } from '../der/tags.ts'
import { checkInteger, decodeOid, decodeTime, type Oid } from '../der/values.ts'
import { DerWalker, unexpected } from '../der/walker.ts'
import { CodecError } from '../errors.ts'
import { EXTENSION_OIDS } from './oids.ts'

/** CRLReason (RFC 5280 §5.3.1) by its number; 7 is not used. */
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const

/** One revoked certificate. */
export interface Revocation {
  /** Epoch seconds. */
  readonly revokedAt: number
  /** The reason given, if any. No reason makes an entry count less. */
  readonly reason: (typeof REASONS)[number]
}

/** The entries of a list by serial number. */
export class RevokedEntries {
  readonly unknownCritical: Set<Oid> = new Set()
  readonly #bySerial = new Map<string, Revocation>()
  count = 0

  add(serial: Uint8Array, revocation: Revocation): void {
    this.count++
    const key = keyOf(serial)
    // Of two entries for one serial the first in the list stays; both mean revoked.
    if (!this.#bySerial.has(key)) this.#bySerial.set(key, revocation)
  }

  find(serial: Uint8Array): Revocation | undefined {
    return this.#bySerial.get(keyOf(serial))
  }
}

/** Reads the content of revokedCertificates in one pass. */
export function readRevokedEntries(content: Uint8Array, maxEntries: number): RevokedEntries {
  const entries = new RevokedEntries()
  const walker = new DerWalker(content, 0, content.length)
  if (walker.atEnd) throw new CodecError('CODEC_CRL_INVALID', 'The list of entries is present but empty.')
  while (!walker.atEnd) {
    if (entries.count === maxEntries) {
      throw new CodecError('CODEC_CRL_LIMIT', undefined, { details: { path: 'entries', expected: maxEntries } })
    }
    walker.expect(TAG.sequence)
    readEntry(walker.inside(), entries)
  }
  return entries
}

function readEntry(entry: DerWalker, entries: RevokedEntries): void {
  const { bytes } = entry
  entry.expect(TAG.integer)
  checkInteger(bytes, entry.contentStart, entry.end)
  const serial = bytes.subarray(entry.contentStart, entry.end)
  entry.step()
  if (entry.tag !== TAG.utcTime && entry.tag !== TAG.generalizedTime) {
    throw unexpected(TAG.utcTime, entry.tag, entry.start)
  }
  const revokedAt = decodeTime(bytes, entry.tag, entry.contentStart, entry.end)
  let reason: Revocation['reason']
  if (!entry.atEnd) {
    entry.expect(TAG.sequence)
    reason = readEntryExtensions(entry.inside(), entries.unknownCritical)
  }
  entry.expectEnd()
  entries.add(serial, { revokedAt, reason })
}

/** The reason among an entry's extensions; critical ones that are not read here are collected. */
function readEntryExtensions(list: DerWalker, unknownCritical: Set<Oid>): Revocation['reason'] {
  const { bytes } = list
  const seen = new Set<Oid>()
  let reason: Revocation['reason']
  while (!list.atEnd) {
    list.expect(TAG.sequence)
    const extension = list.inside()
    extension.expect(TAG.oid)
    const oid = decodeOid(bytes, extension.contentStart, extension.end)
    if (seen.has(oid)) throw new CodecError('CODEC_X509_EXTENSION_DUPLICATE', undefined, { details: { path: oid } })
    seen.add(oid)
    extension.step()
    let critical = false
    if (extension.tag === TAG.boolean) {
      const value = bytes[extension.contentStart]
      if (extension.end - extension.contentStart !== 1 || (value !== 0 && value !== 0xff)) throw malformed(oid)
      critical = value === 0xff
      extension.step()
    }
    if (extension.tag !== TAG.octetString) throw unexpected(TAG.octetString, extension.tag, extension.start)
    extension.expectEnd()
    if (oid === EXTENSION_OIDS.reasonCode) reason = readReason(bytes.subarray(extension.contentStart, extension.end))
    else if (critical && oid !== EXTENSION_OIDS.invalidityDate) unknownCritical.add(oid)
  }
  return reason
}

function readReason(value: Uint8Array): Revocation['reason'] {
  const reason = REASONS[value[2] ?? 7]
  if (value.length !== 3 || value[0] !== TAG.enumerated || value[1] !== 1 || reason === undefined) {
    throw malformed(EXTENSION_OIDS.reasonCode)
  }
  return reason
}

function malformed(path: Oid): CodecError {
  return new CodecError('CODEC_X509_EXTENSION_INVALID', undefined, { details: { path } })
}

function keyOf(serial: Uint8Array): string {
  let start = 0
  while (start < serial.length - 1 && serial[start] === 0) start++
  return encodeHex(start === 0 ? serial : serial.subarray(start))
}
