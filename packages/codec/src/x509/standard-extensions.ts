import { DerReader, readDer } from '../der/reader.ts'
import { contextTag, TAG } from '../der/tags.ts'
import type { Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'
import type { X509Extension } from './extensions.ts'
import { type GeneralName, readGeneralNames } from './general-name.ts'
import { EXTENSION_OIDS } from './oids.ts'

/** basicConstraints (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean
  /** Most certificates between this one and the leaf; undefined is no limit. */
  readonly pathLength: number | undefined
}

/** Bits of keyUsage in their order (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

/** A use of a key by its name in RFC 5280, 4.2.1.3. */
export type KeyUsage = (typeof KEY_USAGES)[number]

type Extensions = ReadonlyMap<Oid, X509Extension>

/** Basic constraints (RFC 5280, 4.2.1.9); undefined where there are none. */
export function readBasicConstraints(extensions: Extensions): BasicConstraints | undefined {
  return within(extensions, EXTENSION_OIDS.basicConstraints, (value) =>
    readDer(value, (sequence) => {
      const ca = sequence.peekTag() === TAG.boolean && sequence.readBoolean()
      const pathLength = sequence.atEnd ? undefined : sequence.readSmallInteger(0, 255)
      return { ca, pathLength }
    }),
  )
}

/** Key usage (RFC 5280, 4.2.1.3); undefined where there is none. */
export function readKeyUsage(extensions: Extensions): ReadonlySet<KeyUsage> | undefined {
  return within(extensions, EXTENSION_OIDS.keyUsage, (value) =>
    readAlone(value, (reader) => {
      const { bytes } = reader.readBitString()
      return new Set(KEY_USAGES.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0))
    }),
  )
}

/** Subject key identifier (RFC 5280, 4.2.1.2); undefined where there is none. */
export function readSubjectKeyId(extensions: Extensions): Uint8Array | undefined {
  return within(extensions, EXTENSION_OIDS.subjectKeyId, (value) =>
    readAlone(value, (reader) => reader.readOctetString()),
  )
}

/** The key identifier alone; issuer name and serial number, the other way to say it, are passed over. */
export function readAuthorityKeyId(extensions: Extensions): Uint8Array | undefined {
  return within(extensions, EXTENSION_OIDS.authorityKeyId, (value) =>
    readDer(value, (sequence) => {
      const keyId = sequence.readOptional(contextTag(0, false))?.content
      sequence.readOptional(contextTag(1, true))
      sequence.readOptional(contextTag(2, false))
      return keyId
    }),
  )
}

/** URIs of the distribution points, in their order; points of another kind are passed over (RFC 5280 §4.2.1.13). */
export function readCrlDistributionPoints(extensions: Extensions): readonly string[] | undefined {
  return within(extensions, EXTENSION_OIDS.crlDistributionPoints, (value) =>
    readDer(value, (points) => {
      const uris: string[] = []
      while (!points.atEnd) {
        const point = points.readSequence()
        const name = point.readOptionalExplicit(0)
        if (name?.peekTag() === contextTag(0, true)) {
          for (const general of readGeneralNames(name.readExplicit(0)))
            if (general.kind === 'uri') uris.push(general.value)
          name.expectEnd()
        }
        point.readOptional(contextTag(1, false))
        point.readOptional(contextTag(2, true))
        point.expectEnd()
      }
      return uris
    }),
  )
}

/** Extended key usage (RFC 5280, 4.2.1.12); undefined where there is none. */
export function readExtendedKeyUsage(extensions: Extensions): readonly Oid[] | undefined {
  return within(extensions, EXTENSION_OIDS.extendedKeyUsage, (value) =>
    readDer(value, (sequence) => {
      const purposes: Oid[] = []
      while (!sequence.atEnd) purposes.push(sequence.readOid())
      return purposes
    }),
  )
}

/** Subject alternative names (RFC 5280, 4.2.1.6); undefined where there are none. */
export function readSubjectAltNames(extensions: Extensions): readonly GeneralName[] | undefined {
  return within(extensions, EXTENSION_OIDS.subjectAltName, (value) => readDer(value, readGeneralNames))
}

/** Number of a revocation list (RFC 5280, 5.2.3); undefined where there is none. */
export function readCrlNumber(extensions: Extensions): bigint | undefined {
  return within(extensions, EXTENSION_OIDS.crlNumber, (value) => readAlone(value, (reader) => reader.readInteger()))
}

/** Runs `read` on one element that is no SEQUENCE and fills the bytes. */
function readAlone<T>(bytes: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = new DerReader(bytes)
  const value = read(reader)
  reader.expectEnd()
  return value
}

function within<T>(extensions: Extensions, oid: Oid, read: (value: Uint8Array) => T): T | undefined {
  const extension = extensions.get(oid)
  if (extension === undefined) return undefined
  try {
    return read(extension.value)
  } catch (cause) {
    throw new CodecError('CODEC_X509_EXTENSION_INVALID', undefined, { details: { path: oid }, cause })
  }
}
