import type { ReadEndpoint } from '../config/endpoint.ts'
import type { CollateralKey } from '../types.ts'

/** The four requests that make a set (specification page, section 3). */
export interface SetRoutes {
  readonly tcbInfo: URL
  readonly qeIdentity: URL
  readonly pckCrl: URL
  readonly rootCaCrl: URL
}

/** The addresses of a set at one service. TDX has a tree of its own beside that of SGX. */
export function createRoutes({ base, rootCrlUrl }: ReadEndpoint, key: CollateralKey): SetRoutes {
  const tree = key.tee === 'tdx' ? new URL(base.href.replace('/sgx/', '/tdx/')) : base
  // The standard set is what a service gives unasked; older ones do not know the parameter.
  const update = key.update === 'standard' ? {} : { update: key.update }
  return {
    tcbInfo: withQuery(new URL('tcb', tree), { fmspc: key.fmspc.toUpperCase(), ...update }),
    qeIdentity: withQuery(new URL('qe/identity', tree), update),
    pckCrl: withQuery(new URL('pckcrl', base), { ca: key.ca, encoding: 'der' }),
    rootCaCrl: rootCrlUrl,
  }
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}
