import type { GeneralName } from '@veritee/codec/x509'
import type { Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'
import { addressText } from '../../net/address.ts'
import { integerOfBytes } from '../signing/modular.ts'
import { listOrNull } from './name-value.ts'

const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

/** A URI with the members of Go's url.URL. */
function uriValue(text: string): Value {
  const [, scheme = '', authority, path = '', query, fragment = ''] = URI.exec(text) ?? []
  const isOpaque = scheme !== '' && authority === undefined && !path.startsWith('/')
  return recordOf({
    Scheme: scheme.toLowerCase(),
    Opaque: isOpaque ? path : '',
    User: null,
    Host: authority ?? '',
    Path: isOpaque ? '' : path,
    RawPath: '',
    OmitHost: false,
    ForceQuery: query === '',
    RawQuery: query ?? '',
    Fragment: fragment,
    RawFragment: '',
  })
}

/** Text of an address of 4 or 16 bytes. */
export function addressOfBytes(bytes: Uint8Array): string {
  return addressText({ bits: bytes.length === 4 ? 32 : 128, value: integerOfBytes(bytes) })
}

/** Texts of the names of one kind. */
export function namesOfKind(names: readonly GeneralName[], kind: 'dns' | 'email' | 'uri'): readonly string[] {
  return names.flatMap((name) => (name.kind === kind ? [name.value] : []))
}

/** The alternative names of a subject with the members of Go's certificates and requests. */
export function alternativeNames(names: readonly GeneralName[]): Record<string, Value> {
  const addresses = names.flatMap((name) => (name.kind === 'ip' ? [addressOfBytes(name.value)] : []))
  return {
    DNSNames: listOrNull(namesOfKind(names, 'dns')),
    EmailAddresses: listOrNull(namesOfKind(names, 'email')),
    IPAddresses: listOrNull(addresses),
    URIs: listOrNull(namesOfKind(names, 'uri').map(uriValue)),
  }
}
