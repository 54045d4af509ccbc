/** What went wrong between here and the service, as errors of this package. */
import { CollateralError, type CollateralErrorCode } from '../errors.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

const BY_STATUS: Readonly<Record<number, CollateralErrorCode>> = {
  401: 'COLLATERAL_ACCESS_DENIED',
  403: 'COLLATERAL_ACCESS_DENIED',
  404: 'COLLATERAL_NOT_FOUND',
  408: 'COLLATERAL_SERVICE_UNAVAILABLE',
  429: 'COLLATERAL_SERVICE_UNAVAILABLE',
  461: 'COLLATERAL_PLATFORM_UNKNOWN',
  462: 'COLLATERAL_NOT_FOUND',
}

const RETRYABLE: ReadonlySet<string> = new Set<CollateralErrorCode>([
  'COLLATERAL_SERVICE_UNAVAILABLE',
  'COLLATERAL_SERVICE_UNREACHABLE',
  'COLLATERAL_TIMEOUT',
])

const TLS_FAULT =
  /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY|DECODE)_|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA)/

/** Tells whether the same request may succeed a little later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof CollateralError && RETRYABLE.has(error.code)
}

/** Seconds that the service asked to wait, if it did. */
export function retryAfterOf(error: unknown): number | undefined {
  const seconds = error instanceof CollateralError ? error.details['retryAfterSeconds'] : undefined
  return typeof seconds === 'number' ? seconds : undefined
}

/** The error for an answer that is not 200. */
export function explainStatus(url: URL, status: number, headers: Headers): CollateralError {
  if (status >= 300 && status < 400) {
    return new CollateralError('COLLATERAL_REDIRECT_REFUSED', undefined, {
      details: { path: url.href, expected: 200, actual: status, location: textOf(headers['location']) },
    })
  }
  // 460 says that the service's own cache is inconsistent, which passes.
  const code =
    BY_STATUS[status] ??
    (status >= 500 || status === 460 ? 'COLLATERAL_SERVICE_UNAVAILABLE' : 'COLLATERAL_REQUEST_REJECTED')
  const retryAfter = Number(textOf(headers['retry-after']) ?? Number.NaN)
  return new CollateralError(code, undefined, {
    details: {
      path: url.href,
      expected: 200,
      actual: status,
      ...(headers['error-message'] === undefined ? {} : { said: textOf(headers['error-message']) }),
      ...(headers['request-id'] === undefined ? {} : { requestId: textOf(headers['request-id']) }),
      ...(retryAfter >= 0 ? { retryAfterSeconds: retryAfter } : {}),
    },
  })
}

/** The error for a connection that failed. */
export function explainFailure(url: URL, cause: unknown, timedOut: boolean, timeoutMs: number): CollateralError {
  const fault = codeOf(cause)
  if (
    timedOut ||
    fault === 'UND_ERR_HEADERS_TIMEOUT' ||
    fault === 'UND_ERR_BODY_TIMEOUT' ||
    fault === 'UND_ERR_CONNECT_TIMEOUT'
  ) {
    return new CollateralError('COLLATERAL_TIMEOUT', undefined, {
      details: { path: url.href, expected: `within ${timeoutMs} ms` },
      cause,
    })
  }
  if (fault === 'UND_ERR_HEADERS_OVERFLOW' || fault === 'HPE_HEADER_OVERFLOW') {
    return new CollateralError('COLLATERAL_RESPONSE_EXCESSIVE', undefined, {
      details: { path: url.href, actual: fault },
      cause,
    })
  }
  const code = TLS_FAULT.test(fault) ? 'COLLATERAL_TLS_UNTRUSTED' : 'COLLATERAL_SERVICE_UNREACHABLE'
  return new CollateralError(code, undefined, { details: { path: url.href, actual: fault }, cause })
}

/** The code of a failure; where several addresses were tried, that of the first. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String((error as Error)?.message ?? error) : codeOf(cause)
}

function textOf(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text?.slice(0, 200)
}
