/** Lists of reference values that are to be taken from provenance kept elsewhere. */
import { MAX_DOCUMENTS } from '../limits.ts'
import {
  at,
  checkReferenceName,
  findMember,
  type JsonObject,
  type Place,
  readArray,
  readJson,
  readObject,
  readOptionalText,
  readText,
  refuse,
} from '../members.ts'

export type ProvenanceType = 'rv-release-manifest' | 'slsa-intoto-statements'

/** Where provenance material is. Whoever fetches decides which places it takes it from. */
export interface ProvenanceSource {
  readonly protocol: 'file' | 'oci'
  readonly uri: string
  readonly artifact?: string
}

export interface ReferenceListItem {
  /** Name of the measurement or subject within the material. */
  readonly id: string
  readonly version: string
  readonly provenance: ProvenanceType
  readonly source: ProvenanceSource
  /** `add` joins what is stored under the name, `refresh` replaces it. */
  readonly operation: 'add' | 'refresh'
  /** Name to store under. */
  readonly name: string
}

const PLACE: Place = { code: 'REFERENCE_LIST_INVALID', path: '' }

/**
 * Reads `{"rv_list": […]}` from its text or as an object. Nothing is fetched: `rekor_url` is read and left alone, and an item
 * without `provenance_source` is refused.
 *
 * @throws AppraisalError REFERENCE_LIST_INVALID, REFERENCE_NAME_INVALID, REFERENCE_LIMIT_EXCEEDED
 */
export function parseReferenceList(payload: unknown): ReferenceListItem[] {
  const object = readObject(
    typeof payload === 'string' || payload instanceof Uint8Array ? readJson(payload, PLACE) : payload,
    PLACE,
  )
  const place = at(PLACE, 'rv_list')
  const items = readArray(findMember(object, 'rv_list'), place, MAX_DOCUMENTS)
  return items.map((item, index) => parseItem(readObject(item, at(place, String(index))), at(place, String(index))))
}

function parseItem(object: JsonObject, place: Place): ReferenceListItem {
  const id = readText(object, 'id', place, 512)
  const version = readText(object, 'version', place, 256)
  const type = readText(object, 'type', place, 256)
  const provenance = parseProvenance(object, place)
  const given = readOptionalText(object, 'rv_name', place, 512)?.trim()
  const name = given ?? (provenance === 'rv-release-manifest' ? id : `measurement.${type}.${id}`)
  return {
    id,
    version,
    provenance,
    operation: parseOperation(object, place),
    source: parseSource(findMember(object, 'provenance_source'), at(place, 'provenance_source')),
    name: checkReferenceName(name, at(place, 'rv_name').path),
  }
}

function parseProvenance(object: JsonObject, place: Place): ProvenanceType {
  const there = at(place, 'provenance_info')
  const type = findMember(readObject(findMember(object, 'provenance_info'), there), 'type')
  if (type === 'rv-release-manifest' || type === 'slsa-intoto-statements') return type
  throw refuse(at(there, 'type'), undefined, {
    expected: ['rv-release-manifest', 'slsa-intoto-statements'],
    actual: type,
  })
}

function parseOperation(object: JsonObject, place: Place): 'add' | 'refresh' {
  const operation = readText(object, 'operation_type', place, 64).toLowerCase()
  if (operation === 'add' || operation === 'refresh') return operation
  throw refuse(at(place, 'operation_type'), undefined, { expected: ['add', 'refresh'], actual: operation })
}

function parseSource(value: unknown, place: Place): ProvenanceSource {
  const object = readObject(value, place)
  const protocol = findMember(object, 'protocol')
  if (protocol !== 'file' && protocol !== 'oci')
    throw refuse(at(place, 'protocol'), undefined, { expected: ['file', 'oci'], actual: protocol })
  const artifact = readOptionalText(object, 'artifact', place, 256)
  return { protocol, uri: readText(object, 'uri', place, 2048), ...(artifact === undefined ? {} : { artifact }) }
}
