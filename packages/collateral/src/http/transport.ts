import tls from 'node:tls'
import { CodecError } from '@veritee/codec'
import { parsePem } from '@veritee/codec/pem'
import { Agent, request } from 'undici'
import { CollateralError } from '../errors.ts'
import { explainFailure, explainStatus } from './failures.ts'

/** Bounds of one request. */
export interface TransportLimits {
  /** From the start of a request to the last byte of its answer. Default 20 000. */
  readonly timeoutMs?: number
  /** Longest body. Default 4 MiB. */
  readonly maxBodyBytes?: number
}

/** A successful answer. */
export interface CollateralResponse {
  /** Text of a header, or undefined. Names are matched in any case. */
  header(name: string): string | undefined
  readonly body: Uint8Array
}

/** Fetches by GET from one service, with its authorities. */
export interface Transport {
  get(url: URL, signal?: AbortSignal): Promise<CollateralResponse>
  close(): Promise<void>
}

const TIMEOUT_MS = 20_000
const MAX_BODY_BYTES = 4 << 20
const MAX_HEADER_BYTES = 64 << 10

/**
 * Opens a transport. TLS is always verified, whatever the environment says; `ca` (PEM) is trusted beside the built-in
 * authorities. Redirections are not followed, bodies and times are bounded.
 *
 * Throws COLLATERAL_CA_INVALID.
 */
export function openTransport(ca: string | undefined, limits: TransportLimits = {}): Transport {
  const { timeoutMs = TIMEOUT_MS, maxBodyBytes = MAX_BODY_BYTES } = limits
  if (ca !== undefined) expectAuthorities(ca)
  const dispatcher = new Agent({
    connect: {
      rejectUnauthorized: true,
      timeout: timeoutMs,
      ...(ca === undefined ? {} : { ca: [...systemAuthorities(), ca] }),
    },
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 5000,
  })
  return {
    async get(url, signal) {
      const timeout = AbortSignal.timeout(timeoutMs)
      const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
      try {
        const { statusCode, headers, body } = await request(url, { dispatcher, signal: either })
        if (statusCode !== 200) {
          body.on('error', () => {})
          body.destroy()
          throw explainStatus(url, statusCode, headers)
        }
        const header = (name: string): string | undefined => {
          const value = headers[name.toLowerCase()]
          return Array.isArray(value) ? value[0] : value
        }
        return { header, body: await readBody(url, body, maxBodyBytes) }
      } catch (error) {
        if (error instanceof CollateralError || signal?.aborted === true) throw error
        throw explainFailure(url, error, timeout.aborted, timeoutMs)
      }
    },
    close: () => dispatcher.destroy(),
  }
}

async function readBody(url: URL, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) {
      throw new CollateralError('COLLATERAL_RESPONSE_EXCESSIVE', undefined, {
        details: { path: url.href, expected: `at most ${maxBytes} bytes`, actual: 'more' },
      })
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** What Node trusts by default, with what the environment adds; older versions tell only what is built in. */
function systemAuthorities(): readonly string[] {
  return tls.getCACertificates?.('default') ?? tls.rootCertificates
}

function expectAuthorities(ca: string): void {
  try {
    if (parsePem(ca).some(({ label }) => label === 'CERTIFICATE')) return
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new CollateralError('COLLATERAL_CA_INVALID', undefined, { details: { actual: cause.message }, cause })
  }
  throw new CollateralError('COLLATERAL_CA_INVALID', undefined, { details: { expected: 'a CERTIFICATE block' } })
}
