import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tags.ts'
import type { Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'

/** One extension: whether it must be understood, and the DER inside its OCTET STRING. */
export interface X509Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

const MAX_EXTENSIONS = 64

/** Reads a list of extensions (RFC 5280 §4.1.2.9) by object identifier; a second of one kind is refused. */
export function readExtensions(list: DerReader): Map<Oid, X509Extension> {
  const extensions = new Map<Oid, X509Extension>()
  while (!list.atEnd) {
    if (extensions.size === MAX_EXTENSIONS) {
      throw new CodecError('CODEC_DER_LIMIT', 'There are too many extensions.', {
        details: { expected: MAX_EXTENSIONS },
      })
    }
    const extension = list.readSequence()
    const oid = extension.readOid()
    // FALSE spelt out where it is the default is not DER, yet widespread; it changes nothing.
    const critical = extension.peekTag() === TAG.boolean && extension.readBoolean()
    const value = extension.readOctetString()
    extension.expectEnd()
    if (extensions.has(oid)) {
      throw new CodecError('CODEC_X509_EXTENSION_DUPLICATE', undefined, { details: { path: oid } })
    }
    extensions.set(oid, { critical, value })
  }
  return extensions
}

/** Extensions marked critical that are not among those `known`. */
export function criticalBeyond(extensions: ReadonlyMap<Oid, X509Extension>, known: ReadonlySet<Oid>): Oid[] {
  return [...extensions].filter(([oid, { critical }]) => critical && !known.has(oid)).map(([oid]) => oid)
}
