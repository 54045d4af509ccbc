import { encodeOid, encodePrintableString, encodeSequence, encodeSet, encodeUtf8String } from '@veritee/codec/der'
import { NAME_ATTRIBUTES } from '@veritee/codec/x509'

/** A name with the attributes that the vendors' authorities use. */
export interface NameTemplate {
  readonly commonName: string
  readonly organization: string
  readonly locality: string
  readonly state: string
  readonly country: string
}

/**
 * A name in a simulated world. Verification selects certificates by the vendor's common names, so those are kept; every
 * other attribute says what this is.
 */
export function simulatedName(commonName: string, vendor = 'Intel'): NameTemplate {
  return {
    commonName,
    organization: `Veritee simulator (not ${vendor})`,
    locality: 'Simulated',
    state: 'NA',
    country: 'XX',
  }
}

/** The name as DER, attributes in Intel's order. */
export function encodeName(name: NameTemplate): Uint8Array {
  return encodeSequence(
    encodeAttribute(NAME_ATTRIBUTES.commonName, encodeUtf8String(name.commonName)),
    encodeAttribute(NAME_ATTRIBUTES.organization, encodeUtf8String(name.organization)),
    encodeAttribute(NAME_ATTRIBUTES.locality, encodeUtf8String(name.locality)),
    encodeAttribute(NAME_ATTRIBUTES.state, encodeUtf8String(name.state)),
    encodeAttribute(NAME_ATTRIBUTES.country, encodePrintableString(name.country)),
  )
}

function encodeAttribute(oid: string, value: Uint8Array): Uint8Array {
  return encodeSet(encodeSequence(encodeOid(oid), value))
}
