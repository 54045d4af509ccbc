import { encodeHex } from '../bytes/hex.ts'
import { DerReader } from '../der/reader.ts'
import { contextTag, TAG } from '../der/tags.ts'
import type { Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'
import { type PublicKey, readPublicKey } from '../signature/public-key.ts'
import { criticalBeyond, readExtensions, type X509Extension } from './extensions.ts'
import type { GeneralName } from './general-name.ts'
import { type DistinguishedName, readName } from './name.ts'
import { EXTENSION_OIDS } from './oids.ts'
import { expectSameAlgorithm, readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'
import {
  type BasicConstraints,
  type KeyUsage,
  readAuthorityKeyId,
  readBasicConstraints,
  readCrlDistributionPoints,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectAltNames,
  readSubjectKeyId,
} from './standard-extensions.ts'

/** A certificate as read; nothing of it was verified. Byte members are views into the bytes given. */
export interface X509Certificate {
  readonly der: Uint8Array
  /** The exact bytes that were signed. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2 | 3
  /** Serial number, big-endian without leading zeros (a single zero byte for 0). */
  readonly serial: Uint8Array
  /** The same in lower-case hexadecimal. */
  readonly serialHex: string
  readonly signatureAlgorithm: SignatureAlgorithm
  readonly signature: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Epoch seconds; both ends belong to the validity. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: PublicKey
  readonly extensions: ReadonlyMap<Oid, X509Extension>
  readonly basicConstraints: BasicConstraints | undefined
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined
  readonly extendedKeyUsage: readonly Oid[] | undefined
  readonly authorityKeyId: Uint8Array | undefined
  readonly subjectKeyId: Uint8Array | undefined
  readonly crlDistributionPoints: readonly string[] | undefined
  readonly subjectAltNames: readonly GeneralName[] | undefined
  /** Critical extensions beyond those above: whoever relies on the certificate must know each of them. */
  readonly unknownCriticalExtensions: readonly Oid[]
}

/** Longest certificate accepted; attested-TLS certificates carry whole evidence in an extension. */
const MAX_BYTES = 1 << 20
/** RFC 5280 allows 20; older authorities went beyond. */
const MAX_SERIAL_BYTES = 40

const READ: ReadonlySet<Oid> = new Set([
  EXTENSION_OIDS.basicConstraints,
  EXTENSION_OIDS.keyUsage,
  EXTENSION_OIDS.extendedKeyUsage,
  EXTENSION_OIDS.authorityKeyId,
  EXTENSION_OIDS.subjectKeyId,
  EXTENSION_OIDS.crlDistributionPoints,
  EXTENSION_OIDS.subjectAltName,
])

/**
 * Reads a certificate (RFC 5280 §4.1) from strict DER that fills the bytes. Malformed structure throws `CODEC_DER_*` or
 * `CODEC_X509_INVALID`, a repeated extension `CODEC_X509_EXTENSION_DUPLICATE`, a malformed standard one
 * `CODEC_X509_EXTENSION_INVALID`, a key off its curve `CODEC_KEY_INVALID`. It checks no signature, time or chain.
 */
export function parseCertificate(der: Uint8Array): X509Certificate {
  if (der.length > MAX_BYTES) {
    throw new CodecError('CODEC_DER_LIMIT', 'The certificate is too large.', { details: { expected: MAX_BYTES } })
  }
  const outer = new DerReader(der)
  const certificate = outer.readSequence()
  outer.expectEnd()
  const tbs = certificate.peek(TAG.sequence).bytes
  const fields = certificate.readSequence()
  const outerAlgorithm = readSignatureAlgorithm(certificate)
  const signature = certificate.readBitStringBytes()
  certificate.expectEnd()

  const version = (fields.readOptionalExplicit(0)?.readSmallInteger(0, 2) ?? 0) + 1
  const serial = fields.readUnsignedBytes()
  if (serial.length > MAX_SERIAL_BYTES) throw invalid('The serial number is too long.', 'serial')
  const signatureAlgorithm = readSignatureAlgorithm(fields)
  expectSameAlgorithm(signatureAlgorithm, outerAlgorithm, 'CODEC_X509_INVALID')
  const issuer = readName(fields)
  const validity = fields.readSequence()
  const notBefore = validity.readTime()
  const notAfter = validity.readTime()
  validity.expectEnd()
  const subject = readName(fields)
  const publicKey = readPublicKey(fields.read(TAG.sequence).bytes)
  // Unique identifiers of version 2: read over, nobody uses them.
  fields.readOptional(contextTag(1, false))
  fields.readOptional(contextTag(2, false))
  const list = fields.readOptionalExplicit(3)
  if (list !== undefined && version !== 3) throw invalid('Only version 3 has extensions.', 'version')
  const extensions = list === undefined ? new Map<Oid, X509Extension>() : readExtensions(list.readSequence())
  list?.expectEnd()
  fields.expectEnd()

  return {
    der,
    tbs,
    version: version as 1 | 2 | 3,
    serial,
    serialHex: encodeHex(serial),
    signatureAlgorithm,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions,
    basicConstraints: readBasicConstraints(extensions),
    keyUsage: readKeyUsage(extensions),
    extendedKeyUsage: readExtendedKeyUsage(extensions),
    authorityKeyId: readAuthorityKeyId(extensions),
    subjectKeyId: readSubjectKeyId(extensions),
    crlDistributionPoints: readCrlDistributionPoints(extensions),
    subjectAltNames: readSubjectAltNames(extensions),
    unknownCriticalExtensions: criticalBeyond(extensions, READ),
  }
}

function invalid(message: string, path: string): CodecError {
  return new CodecError('CODEC_X509_INVALID', message, { details: { path } })
}
