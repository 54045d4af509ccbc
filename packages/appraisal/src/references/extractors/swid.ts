import { MAX_DIGESTS, MAX_RECORDS } from '../limits.ts'
import { checkCount, checkReferenceName, type Place, readBase64, readUtf8, refuse } from '../members.ts'
import type { ReferenceRecord } from '../record/types.ts'
import { parseXml, type XmlElement, XmlSyntaxError } from '../xml/xml.ts'

const PLACE: Place = { code: 'REFERENCE_SWID_INVALID', path: 'payload' }
const SWID = 'http://standards.iso.org/iso/19770/-2/2015/schema.xsd'
const RIM = 'https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/'
const SHA384 = 'http://www.w3.org/2001/04/xmlenc#sha384'

/**
 * Records of a SWID reference integrity manifest (ISO 19770-2, TCG RIM) in standard base64: one for each measured index, named
 * `MANUFACTURER.EDITION.measurement_INDEX` with blanks and dashes as underscores. Digests are SHA-384; those of zeros alone
 * stand for nothing and are left out, and so is an index that has no other. The XML signature is not verified: whoever may
 * register vouches for the manifest.
 */
export function extractSwid(payload: string, expiresAt: number): ReferenceRecord[] {
  const elements = readElements(readUtf8(readBase64(payload, PLACE), PLACE))
  const meta = elements.find((element) => isNamed(element, 'Meta'))
  const manufacturer = meta?.attributes.get(`${RIM}|PlatformManufacturerStr`)
  const edition = meta?.attributes.get('|edition')
  if (manufacturer === undefined || edition === undefined)
    throw refuse({ ...PLACE, path: 'payload.Meta' }, 'The manifest does not name its manufacturer and edition.')
  const root = elements.findIndex((element) => isNamed(element, 'Payload'))
  if (root < 0) throw refuse({ ...PLACE, path: 'payload.Payload' }, 'The manifest has no payload.')
  const prefix = `${manufacturer.replaceAll(' ', '_')}.${edition}`
  const digests = new Map<string, Set<string>>()
  for (const [index, element] of elements.entries()) {
    if (!isNamed(element, 'Resource') || element.attributes.get('|type') !== 'Measurement') continue
    if (!isBelow(elements, index, root)) continue
    const number = element.attributes.get('|index')
    if (number === undefined) throw refuse({ ...PLACE, path: 'payload.Resource.index' }, 'A measurement has no index.')
    const name = checkReferenceName(`${prefix}.measurement_${number}`.replaceAll('-', '_'), 'payload.Resource')
    digests.set(name, new Set([...(digests.get(name) ?? []), ...listDigests(element, name)]))
  }
  checkCount(digests.size, MAX_RECORDS, PLACE.path)
  return [...digests]
    .filter(([, values]) => values.size > 0)
    .map(([name, values]) => ({
      name,
      expiresAt,
      content: { kind: 'digests', digests: [...values].map((value) => ({ algorithm: 'sha384', value })) },
    }))
}

function readElements(text: string): XmlElement[] {
  try {
    return parseXml(text)
  } catch (cause) {
    if (!(cause instanceof XmlSyntaxError)) throw cause
    throw refuse(PLACE, cause.message)
  }
}

const isNamed = (element: XmlElement, name: string): boolean => element.namespace === SWID && element.name === name

function isBelow(elements: readonly XmlElement[], index: number, root: number): boolean {
  for (let at = index; at >= 0; at = (elements[at] as XmlElement).parent) if (at === root) return true
  return false
}

function listDigests(element: XmlElement, name: string): string[] {
  const values: string[] = []
  for (let number = 0; ; number++) {
    const value = element.attributes.get(`${SHA384}|Hash${number}`)
    if (value === undefined) return values
    checkCount(number, MAX_DIGESTS, name)
    if (!/^[0-9a-fA-F]{96}$/.test(value))
      throw refuse({ ...PLACE, path: `payload.${name}.Hash${number}` }, undefined, {
        expected: '96 hexadecimal digits',
      })
    if (!/^0+$/.test(value)) values.push(value.toLowerCase())
  }
}
