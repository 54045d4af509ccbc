import { fileURLToPath } from 'node:url'
import type { FreshnessPolicy } from '../cache/freshness.ts'
import { CollateralError } from '../errors.ts'
import type { RetryPolicy } from '../http/retry.ts'
import type { TcbUpdate } from '../types.ts'
import { type CollateralEndpoint, INTEL_PCS, readEndpoint } from './endpoint.ts'
import { parseQcnl, type QcnlConfig } from './qcnl.ts'

/** Settings as deployments have them; the caller takes them from where it keeps settings. */
export interface SourceSettings {
  /** Addresses in order of preference, such as the parts of `PCCS_URLS`, or `PCCS_URL` alone. A `file:` URL is a bundle. */
  readonly urls?: readonly string[]
  /** Text of the file that `QCNL_CONF_PATH` names, or of /etc/sgx_default_qcnl.conf. */
  readonly qcnl?: string
  /** PEM of authorities to trust for all these services beside the system's. */
  readonly ca?: string
  /** As {@link CollateralEndpoint.allowPlainHttp}, for all these services. */
  readonly allowPlainHttp?: boolean
}

/** Where collateral comes from. */
export interface CollateralSources {
  readonly endpoints: readonly CollateralEndpoint[]
  /** Paths of offline bundles, for the caller to read. */
  readonly bundleFiles: readonly string[]
  readonly update: TcbUpdate
  /** As the configuration file says; absent where it leaves the default. */
  readonly retry?: RetryPolicy
  readonly freshness?: FreshnessPolicy
  /** What else the configuration file said. */
  readonly qcnl?: QcnlConfig
}

/**
 * Decides where collateral comes from: the addresses given, else the configuration file, else Intel's own service.
 *
 * Throws COLLATERAL_ENDPOINT_*, COLLATERAL_CONFIG_*.
 */
export function resolveSources(settings: SourceSettings): CollateralSources {
  const qcnl = settings.qcnl === undefined ? undefined : parseQcnl(settings.qcnl)
  const urls = settings.urls?.map((url) => url.trim()).filter((url) => url !== '') ?? []
  const named = urls.length > 0 ? urls : qcnl === undefined ? [] : [qcnl.collateralService]
  const files = named.filter((url) => url.startsWith('file:')).map(readFileUrl)
  const endpoints = named
    .filter((url) => !url.startsWith('file:'))
    .map((url) => ({
      url,
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      ...(settings.allowPlainHttp === undefined ? {} : { allowPlainHttp: settings.allowPlainHttp }),
    }))
  for (const endpoint of endpoints) readEndpoint(endpoint)
  return {
    endpoints: qcnl?.localCacheOnly === true && urls.length === 0 ? [] : named.length === 0 ? [INTEL_PCS] : endpoints,
    bundleFiles: files,
    update: qcnl?.tcbUpdateType ?? 'standard',
    ...(qcnl === undefined ? {} : { ...readPolicies(qcnl), qcnl }),
  }
}

/** Zero stands for a default in that file. */
function readPolicies(qcnl: QcnlConfig): Pick<CollateralSources, 'retry' | 'freshness'> {
  const { retryTimes, retryDelaySeconds, cacheExpireHours } = qcnl
  const baseDelayMs = retryDelaySeconds * 1000
  return {
    ...(retryTimes > 0 ? { retry: { retries: retryTimes, ...(baseDelayMs > 0 ? { baseDelayMs } : {}) } } : {}),
    ...(cacheExpireHours > 0 ? { freshness: { expireSeconds: cacheExpireHours * 3600 } } : {}),
  }
}

function readFileUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new CollateralError('COLLATERAL_ENDPOINT_INVALID', undefined, {
      details: { path: 'url', expected: 'a file URL of this machine', actual: url },
      cause,
    })
  }
}
