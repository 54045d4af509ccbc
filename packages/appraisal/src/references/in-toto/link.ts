/** What a step did: what it took and what it delivered (in-toto specification 1.0 §4.4). */
import { MAX_RECORDS } from '../limits.ts'
import { at, checkCount, checkReferenceName, findMember, type Place, readObject, readText, refuse } from '../members.ts'

/** Digests by algorithm, by path. */
export type Artifacts = ReadonlyMap<string, ReadonlyMap<string, string>>

export interface Link {
  readonly step: string
  readonly materials: Artifacts
  readonly products: Artifacts
}

/** @throws AppraisalError REFERENCE_LINK_INVALID, REFERENCE_NAME_INVALID */
export function parseLink(value: unknown, path: string): Link {
  const place: Place = { code: 'REFERENCE_LINK_INVALID', path }
  const object = readObject(value, place)
  if (findMember(object, '_type') !== 'link') throw refuse(at(place, '_type'), undefined, { expected: 'link' })
  return {
    step: readText(object, 'name', place, 256),
    materials: parseArtifacts(findMember(object, 'materials'), at(place, 'materials')),
    products: parseArtifacts(findMember(object, 'products'), at(place, 'products')),
  }
}

function parseArtifacts(value: unknown, place: Place): Artifacts {
  const object = readObject(value, place)
  const paths = Object.keys(object)
  checkCount(paths.length, MAX_RECORDS, place.path)
  return new Map(
    paths.map((path) => {
      const there = at(place, path)
      const digests = readObject(object[path], there)
      const algorithms = Object.keys(digests)
      checkCount(algorithms.length, 16, there.path)
      if (algorithms.length === 0) throw refuse(there, 'An artifact has no digest.')
      return [
        checkReferenceName(path, there.path),
        new Map(algorithms.map((algorithm) => [algorithm, readText(digests, algorithm, there, 1024)])),
      ]
    }),
  )
}

export function isSameLink(a: Link, b: Link): boolean {
  const same = (x: Artifacts, y: Artifacts) =>
    x.size === y.size &&
    [...x].every(([path, digests]) => {
      const other = y.get(path)
      return other?.size === digests.size && [...digests].every(([name, value]) => other.get(name) === value)
    })
  return same(a.materials, b.materials) && same(a.products, b.products)
}
