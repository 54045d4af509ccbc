/** Every way in which obtaining collateral can fail. */
import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

const ROWS = {
  COLLATERAL_ABSENT: {
    status: 404,
    summary: 'No cache, bundle or service here has collateral for this platform.',
    next: 'Allow fetching, or add a bundle that holds the TEE, FMSPC, CA and update type that the details name.',
  },
  COLLATERAL_ACCESS_DENIED: {
    status: 502,
    summary: 'The collateral service does not let this client in.',
    next: 'Check the address of the service and what its operator requires.',
  },
  COLLATERAL_BUNDLE_EXCESSIVE: {
    status: 413,
    summary: 'A collateral bundle is larger than any that is read here.',
    next: 'Split the bundle, each part with fewer platforms.',
  },
  COLLATERAL_BUNDLE_INVALID: {
    status: 400,
    summary: 'A collateral bundle is malformed.',
    next: 'Give a bundle that was exported here, a single collateral JSON, or platform_collaterals.json of the PCCS administration tool.',
  },
  COLLATERAL_CA_INVALID: {
    status: 400,
    summary: 'The file with certificate authorities for the collateral service is not readable PEM.',
    next: 'Give a PEM file with the authority that issued the certificate of the service.',
  },
  COLLATERAL_CACHE_CORRUPT: {
    status: 500,
    summary: 'A cached collateral file is damaged and was passed over.',
    next: 'Nothing, it is fetched again; if it recurs, check the disk and who can write to the cache directory.',
  },
  COLLATERAL_CACHE_UNWRITABLE: {
    status: 500,
    summary: 'Collateral could not be written to the cache directory.',
    next: 'Make the cache directory writable for this process; until then collateral is kept in memory alone.',
  },
  COLLATERAL_CONFIG_INVALID: {
    status: 400,
    summary: 'The configuration of the collateral service is malformed.',
    next: 'Write sgx_default_qcnl.conf as JSON, comments allowed, or as KEY=value lines.',
  },
  COLLATERAL_CONFIG_TLS_DISABLED: {
    status: 400,
    summary:
      'The configuration asks not to verify the certificate of the collateral service, which is never done here.',
    next: 'Set use_secure_cert to true and give the authority of the service as a CA file.',
  },
  COLLATERAL_ENDPOINT_INSECURE: {
    status: 400,
    summary: 'The address of the collateral service is not https.',
    next: 'Use https; plain http is accepted for loopback, and elsewhere only where it is allowed by name.',
  },
  COLLATERAL_ENDPOINT_INVALID: {
    status: 400,
    summary: 'The address of the collateral service is malformed.',
    next: 'Give an address such as https://pccs.example:8081/sgx/certification/v4/.',
  },
  COLLATERAL_EXPIRED: {
    status: 502,
    summary: 'The collateral that the service gave has expired.',
    next: 'Let the operator of the service refresh its cache; or use another service.',
  },
  COLLATERAL_MISMATCH: {
    status: 502,
    summary: 'The collateral is about something else than what was asked for.',
    next: 'Check the service, and anything that caches in front of it.',
  },
  COLLATERAL_NOT_FOUND: {
    status: 404,
    summary: 'The collateral service has nothing for this platform.',
    next: 'Check FMSPC and TEE; register the platform with the service if it caches only what it knows.',
  },
  COLLATERAL_PLATFORM_UNKNOWN: {
    status: 404,
    summary: 'The collateral service does not know this platform.',
    next: 'Register the platform with the service.',
  },
  COLLATERAL_QUERY_INVALID: {
    status: 400,
    summary: 'What was asked for is no platform.',
    next: 'Give the TEE, an FMSPC of 12 hexadecimal digits, the CA (processor or platform) and the update type (standard or early).',
  },
  COLLATERAL_QUOTE_UNNAMED: {
    status: 400,
    summary: 'The quote does not carry a PCK certificate, so it does not name its platform family.',
    next: 'Give FMSPC and CA, or the PCK certificate chain of the platform.',
  },
  COLLATERAL_REDIRECT_REFUSED: {
    status: 502,
    summary: 'The collateral service redirects, which is not followed.',
    next: 'Configure the address that it redirects to, if that is right.',
  },
  COLLATERAL_REFRESH_FAILED: {
    status: 502,
    summary: 'Collateral was due for a refresh, which failed; what is cached is still current and is used.',
    next: 'Restore the collateral service before the cached collateral expires.',
  },
  COLLATERAL_REQUEST_REJECTED: {
    status: 502,
    summary: 'The collateral service rejects the request.',
    next: 'Check the version of its interface, and FMSPC and TEE.',
  },
  COLLATERAL_RESPONSE_EXCESSIVE: {
    status: 502,
    summary: 'The answer of the collateral service is larger than any genuine one.',
    next: 'Check the address of the service.',
  },
  COLLATERAL_RESPONSE_INVALID: {
    status: 502,
    summary: 'The answer of the collateral service is malformed.',
    next: 'Check the address and the version of the service.',
  },
  COLLATERAL_SERVICE_UNAVAILABLE: {
    status: 503,
    summary: 'The collateral service cannot answer at present.',
    next: 'Try again later; if it persists, ask the operator of the service.',
  },
  COLLATERAL_SERVICE_UNREACHABLE: {
    status: 503,
    summary: 'The collateral service cannot be reached.',
    next: 'Check the network, the address of the service, and that it runs.',
  },
  COLLATERAL_TIMEOUT: {
    status: 504,
    summary: 'The collateral service did not answer in time.',
    next: 'Try again later; or allow more time.',
  },
  COLLATERAL_TLS_UNTRUSTED: {
    status: 502,
    summary: 'The certificate of the collateral service is not trusted.',
    next: 'Give the authority of the service as a CA file; verification is never turned off.',
  },
  COLLATERAL_TOO_OLD: {
    status: 502,
    summary: 'The collateral is older than the configured age allows, though it has not expired.',
    next: 'Let the operator of the service refresh its cache; or allow a greater age.',
  },
} as const

export type CollateralErrorCode = keyof typeof ROWS

/** Every code that {@link CollateralError} can carry. */
export const COLLATERAL_ERRORS: ErrorTable<CollateralErrorCode> = ROWS

/** Thrown by everything in this package. The code says what was wrong; see {@link COLLATERAL_ERRORS}. */
export class CollateralError extends CodedError<CollateralErrorCode> {
  constructor(code: CollateralErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(COLLATERAL_ERRORS, code, message, options)
  }
}
