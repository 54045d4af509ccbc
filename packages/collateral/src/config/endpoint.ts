import { CollateralError } from '../errors.ts'

/** One collateral service. */
export interface CollateralEndpoint {
  /** With scheme and host; the path `/sgx/certification/v4/` is added if there is none. */
  readonly url: string
  /**
   * `pcs` is Intel's own service, whose root CRL is served elsewhere; `pccs` is a caching service. Default: `pcs` for
   * Intel's host, `pccs` for any other.
   */
  readonly api?: 'pcs' | 'pccs'
  /** PEM of authorities to trust for this service beside the system's. */
  readonly ca?: string
  /** Accept plain http beyond loopback: everything is readable and replayable on the way. Default false. */
  readonly allowPlainHttp?: boolean
  /** Where the root CRL is fetched from. Default: Intel's address for `pcs`, `rootcacrl` of the service for `pccs`. */
  readonly rootCrlUrl?: string
}

/** An endpoint whose address was read and judged. */
export interface ReadEndpoint {
  /** Ends in a slash. */
  readonly base: URL
  readonly version: 3 | 4
  readonly rootCrlUrl: URL
  readonly ca?: string
}

/** Intel's provisioning certification service, version 4. */
export const INTEL_PCS: CollateralEndpoint = Object.freeze({
  url: 'https://api.trustedservices.intel.com/sgx/certification/v4/',
  api: 'pcs',
})

const INTEL_HOST = 'api.trustedservices.intel.com'
const INTEL_ROOT_CRL = 'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der'
const PATH = /^(?:\/[\w.~-]+)*?\/sgx\/certification\/v([34])\/$/

/** Reads an endpoint. Throws COLLATERAL_ENDPOINT_INVALID and COLLATERAL_ENDPOINT_INSECURE. */
export function readEndpoint(endpoint: CollateralEndpoint): ReadEndpoint {
  const plain = endpoint.allowPlainHttp === true
  const base = readUrl(endpoint.url, plain)
  if (base.pathname === '/') base.pathname = '/sgx/certification/v4/'
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const version = PATH.exec(base.pathname)?.[1]
  if (version === undefined || base.search !== '' || base.hash !== '') {
    throw invalid('a path that ends in /sgx/certification/v4/', base.href)
  }
  const api = endpoint.api ?? (base.hostname === INTEL_HOST ? 'pcs' : 'pccs')
  const rootCrlUrl =
    endpoint.rootCrlUrl === undefined
      ? new URL(api === 'pcs' ? INTEL_ROOT_CRL : 'rootcacrl', base)
      : readUrl(endpoint.rootCrlUrl, plain)
  return {
    base,
    version: version === '3' ? 3 : 4,
    rootCrlUrl,
    ...(endpoint.ca === undefined ? {} : { ca: endpoint.ca }),
  }
}

/** Reads the address of a service: https, or http on loopback. Throws COLLATERAL_ENDPOINT_INVALID and COLLATERAL_ENDPOINT_INSECURE. */
export function readUrl(text: string, allowPlainHttp: boolean): URL {
  if (!URL.canParse(text)) throw invalid('a URL', text)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw invalid('a URL without user name and password', url.host)
  if (url.protocol === 'https:') return url
  if (url.protocol !== 'http:') throw invalid('https', url.protocol)
  if (!allowPlainHttp && !isLoopback(url.hostname)) {
    throw new CollateralError('COLLATERAL_ENDPOINT_INSECURE', undefined, {
      details: { path: 'url', expected: 'https', actual: url.origin },
    })
  }
  return url
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function invalid(expected: unknown, actual: unknown): CollateralError {
  return new CollateralError('COLLATERAL_ENDPOINT_INVALID', undefined, { details: { path: 'url', expected, actual } })
}
