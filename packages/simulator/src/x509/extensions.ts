import { encodeUtf8 } from '@veritee/codec/bytes'
import {
  encodeBitString,
  encodeBoolean,
  encodeExplicit,
  encodeImplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from '@veritee/codec/der'
import { EXTENSION_OIDS, type KeyUsage } from '@veritee/codec/x509'

/** One extension of a certificate or revocation list. */
export interface ExtensionTemplate {
  readonly oid: string
  readonly critical?: boolean
  /** DER of its value. */
  readonly value: Uint8Array
}

const KEY_USAGE_BITS: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
]

export function authorityKeyId(keyId: Uint8Array): ExtensionTemplate {
  return { oid: EXTENSION_OIDS.authorityKeyId, value: encodeSequence(encodeImplicit(0, keyId)) }
}

export function subjectKeyId(keyId: Uint8Array): ExtensionTemplate {
  return { oid: EXTENSION_OIDS.subjectKeyId, value: encodeOctetString(keyId) }
}

export function crlDistributionPoint(uri: string): ExtensionTemplate {
  const name = encodeExplicit(0, encodeExplicit(0, encodeImplicit(6, encodeUtf8(uri))))
  return { oid: EXTENSION_OIDS.crlDistributionPoints, value: encodeSequence(encodeSequence(name)) }
}

export function keyUsage(...usages: readonly KeyUsage[]): ExtensionTemplate {
  const bits = usages.map((usage) => KEY_USAGE_BITS.indexOf(usage))
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  const value = encodeBitString(Uint8Array.of(octet), 7 - Math.max(...bits))
  return { oid: EXTENSION_OIDS.keyUsage, critical: true, value }
}

/** `pathLength` undefined is no limit; a leaf says `ca: false`. */
export function basicConstraints(ca: boolean, pathLength?: number): ExtensionTemplate {
  const parts = ca ? [encodeBoolean(true), ...(pathLength === undefined ? [] : [encodeInteger(pathLength)])] : []
  return { oid: EXTENSION_OIDS.basicConstraints, critical: true, value: encodeSequence(...parts) }
}

export function crlNumber(number: number): ExtensionTemplate {
  return { oid: EXTENSION_OIDS.crlNumber, value: encodeInteger(number) }
}

/** The list of extensions with `replacement` in place of the one with its identifier, or after all others. */
export function withExtension(
  extensions: readonly ExtensionTemplate[],
  replacement: ExtensionTemplate,
): readonly ExtensionTemplate[] {
  if (!extensions.some((extension) => extension.oid === replacement.oid)) return [...extensions, replacement]
  return extensions.map((extension) => (extension.oid === replacement.oid ? replacement : extension))
}

/** The list of extensions without the one of this identifier. */
export function withoutExtension(extensions: readonly ExtensionTemplate[], oid: string): readonly ExtensionTemplate[] {
  return extensions.filter((extension) => extension.oid !== oid)
}

export function encodeExtensions(extensions: readonly ExtensionTemplate[]): Uint8Array {
  return encodeSequence(
    ...extensions.map(({ oid, critical, value }) =>
      encodeSequence(encodeOid(oid), ...(critical === true ? [encodeBoolean(true)] : []), encodeOctetString(value)),
    ),
  )
}
