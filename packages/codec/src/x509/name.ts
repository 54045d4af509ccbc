import { equalBytes } from '../bytes/compare.ts'
import { encodeHex } from '../bytes/hex.ts'
import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tags.ts'
import { decodeText, type Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'
import { ATTRIBUTE_NAMES, NAME_ATTRIBUTES } from './oids.ts'

/** One attribute of a name. */
export interface NameAttribute {
  readonly oid: Oid
  /** Decoded text; undefined for a value that is no string. */
  readonly value: string | undefined
  /** The value's whole DER element. */
  readonly der: Uint8Array
}

const MAX_ATTRIBUTES = 64

/** A distinguished name (RFC 5280 §4.1.2.4). */
export class DistinguishedName {
  /** The exact bytes. */
  readonly der: Uint8Array
  /** Relative names in their order, each with its attributes; most have one. */
  readonly relativeNames: readonly (readonly NameAttribute[])[]

  constructor(der: Uint8Array, relativeNames: readonly (readonly NameAttribute[])[]) {
    this.der = der
    this.relativeNames = relativeNames
  }

  /** All attributes in their order. */
  get attributes(): readonly NameAttribute[] {
    return this.relativeNames.flat()
  }

  /** Text of the last common name, which is the most specific, or undefined. */
  get commonName(): string | undefined {
    return this.valuesOf(NAME_ATTRIBUTES.commonName).at(-1)
  }

  /** Texts of the attributes of one type, in their order. */
  valuesOf(oid: Oid): string[] {
    return this.attributes.flatMap((attribute) =>
      attribute.oid === oid && attribute.value !== undefined ? [attribute.value] : [],
    )
  }

  /** Equality of the exact bytes, the rule of chains built by one authority. */
  equals(other: DistinguishedName): boolean {
    return equalBytes(this.der, other.der)
  }

  /**
   * Equality of decoded common name, country, organisation, locality and state; order, string types and other
   * attributes do not count. Two names that have none of the five are not the same.
   */
  isSamePrincipal(other: DistinguishedName): boolean {
    let found = false
    for (const oid of PRINCIPAL) {
      const mine = this.valuesOf(oid)
      const theirs = other.valuesOf(oid)
      if (mine.length !== theirs.length || mine.some((value, i) => value !== theirs[i])) return false
      found ||= mine.length > 0
    }
    return found
  }

  /** RFC 2253 text: the last relative name first, attribute names as OpenSSL spells them. */
  toString(): string {
    return this.relativeNames
      .toReversed()
      .map((attributes) => attributes.toReversed().map(writeAttribute).join('+'))
      .join(',')
  }
}

const PRINCIPAL: readonly Oid[] = [
  NAME_ATTRIBUTES.commonName,
  NAME_ATTRIBUTES.country,
  NAME_ATTRIBUTES.organization,
  NAME_ATTRIBUTES.locality,
  NAME_ATTRIBUTES.state,
]

/** Reads a name; the caller's reader stands in front of it. */
export function readName(reader: DerReader): DistinguishedName {
  const whole = reader.peek(TAG.sequence).bytes
  const sequence = reader.readSequence()
  const relativeNames: NameAttribute[][] = []
  let count = 0
  while (!sequence.atEnd) {
    const set = sequence.readSet()
    const attributes: NameAttribute[] = []
    do {
      if (++count > MAX_ATTRIBUTES) {
        throw new CodecError('CODEC_DER_LIMIT', 'A name has too many attributes.', {
          details: { expected: MAX_ATTRIBUTES },
        })
      }
      const attribute = set.readSequence()
      const oid = attribute.readOid()
      const { bytes, content, tag } = attribute.read()
      attribute.expectEnd()
      attributes.push({ oid, value: decodeText(content, tag, 0, content.length), der: bytes })
    } while (!set.atEnd)
    relativeNames.push(attributes)
  }
  return new DistinguishedName(whole, relativeNames)
}

function writeAttribute({ oid, value, der }: NameAttribute): string {
  const name = ATTRIBUTE_NAMES.get(oid)
  if (name === undefined || value === undefined) return `${name ?? oid}=#${encodeHex(der).toUpperCase()}`
  const escaped = value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/(?<=.) $/, '\\ ')
    .replace(/[\x00-\x1f\x7f]/g, (control) => `\\${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  return `${name}=${escaped}`
}
