import type { DistinguishedName } from '@veritee/codec/x509'
import type { Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'

/** Members of Go's pkix.Name that hold all values of one attribute type. */
const LISTS: Readonly<Record<string, string>> = {
  Country: '2.5.4.6',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  Locality: '2.5.4.7',
  Province: '2.5.4.8',
  StreetAddress: '2.5.4.9',
  PostalCode: '2.5.4.17',
}

/** An object identifier as a list of its numbers. */
export function oidValue(oid: string): Value {
  return oid.split('.').map(Number)
}

/** All items, or null where there are none, as Go shows a list that was never made. */
export function listOrNull(items: readonly Value[]): Value {
  return items.length === 0 ? null : items
}

/** A distinguished name with the members of Go's pkix.Name. */
export function nameValue(name: DistinguishedName): Value {
  const members: Record<string, Value> = {}
  for (const [member, oid] of Object.entries(LISTS)) members[member] = listOrNull(name.valuesOf(oid))
  return recordOf({
    ...members,
    SerialNumber: name.valuesOf('2.5.4.5').at(-1) ?? '',
    CommonName: name.commonName ?? '',
    Names: listOrNull(name.attributes.map(({ oid, value }) => recordOf({ Type: oidValue(oid), Value: value ?? null }))),
    ExtraNames: null,
  })
}
