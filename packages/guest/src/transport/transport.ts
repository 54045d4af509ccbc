import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import { rootCertificates } from 'node:tls'
import { GuestError } from '../errors.ts'

/** One exchange with the broker. */
export interface BrokerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface BrokerResponse {
  readonly status: number
  readonly setCookies: readonly string[]
  readonly body: Uint8Array
}

/** Carries one request; follows no redirect. */
export type Transport = (request: BrokerRequest) => Promise<BrokerResponse>

export interface TransportOptions {
  /** PEM file of certificates to trust beside the well-known ones. */
  readonly caFile?: string
  /** For the whole exchange, default 30000. */
  readonly timeoutMs?: number
  /** Largest answer, default 8 MiB. */
  readonly maxResponseBytes?: number
  /** Replaces the network, for tests inside one process. TLS options do not apply to it. */
  readonly fetch?: (request: Request) => Promise<Response>
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_RESPONSE_BYTES = 8 * 1024 * 1024

/**
 * Makes the way to the broker. Certificates are always verified, by name and by issuer.
 *
 * @throws GuestError GUEST_CA_UNREADABLE; the transport throws GUEST_BROKER_UNREACHABLE, GUEST_BROKER_TLS_INVALID,
 *   GUEST_BROKER_TIMEOUT, GUEST_RESPONSE_TOO_LARGE
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxResponseBytes = DEFAULT_RESPONSE_BYTES } = options
  const agent =
    options.caFile === undefined
      ? undefined
      : new Agent({ ca: [...rootCertificates, readCertificates(options.caFile)] })
  const send = options.fetch === undefined ? sendOverNetwork(agent) : sendByFetch(options.fetch)
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await send(request, signal, maxResponseBytes)
    } catch (error) {
      if (error instanceof GuestError) throw error
      throw describeFailure(error as NodeJS.ErrnoException, request.url, signal.aborted)
    }
  }
}

type Send = (request: BrokerRequest, signal: AbortSignal, maxBytes: number) => Promise<BrokerResponse>

function readCertificates(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (cause) {
    throw new GuestError('GUEST_CA_UNREADABLE', undefined, { cause, details: { path } })
  }
  throw new GuestError('GUEST_CA_UNREADABLE', undefined, { details: { path, expected: 'certificates in PEM' } })
}

function sendOverNetwork(agent: Agent | undefined): Send {
  return async ({ method, url, headers, body }, signal, maxBytes) => {
    const secure = url.startsWith('https:')
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const options = { method, headers: { ...headers, ...length }, signal }
    const request = secure
      ? requestHttps(url, agent === undefined ? options : { ...options, agent })
      : requestHttp(url, options)
    const response = await exchange(request, body)
    return {
      status: response.statusCode ?? 0,
      setCookies: response.headers['set-cookie'] ?? [],
      body: await collect(response, maxBytes, () => response.destroy()),
    }
  }
}

function exchange(request: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('response', resolve)
    request.end(body)
  })
}

function sendByFetch(fetch: NonNullable<TransportOptions['fetch']>): Send {
  return async ({ method, url, headers, body }, signal, maxBytes) => {
    const init = { method, headers, redirect: 'manual' as const, signal }
    const response = await fetch(
      new Request(url, body === undefined ? init : { ...init, body: body as Uint8Array<ArrayBuffer> }),
    )
    const stream = response.body ?? []
    return {
      status: response.status,
      setCookies: response.headers.getSetCookie(),
      body: await collect(stream as AsyncIterable<Uint8Array>, maxBytes, () => undefined),
    }
  }
}

async function collect(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
  cancel: () => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let total = 0
  for await (const part of stream) {
    total += part.length
    if (total > maxBytes) {
      cancel()
      throw new GuestError('GUEST_RESPONSE_TOO_LARGE', undefined, {
        details: { expected: `at most ${maxBytes} bytes` },
      })
    }
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

const TLS_FAULT = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/

/** What OpenSSL says of an answer that is no TLS. */
const NO_TLS = /wrong version number|packet length too long|http request/i

function describeFailure(cause: NodeJS.ErrnoException, url: string, timedOut: boolean): GuestError {
  const details = { path: url, actual: cause.code ?? cause.name }
  if (timedOut) return new GuestError('GUEST_BROKER_TIMEOUT', undefined, { cause, details })
  if (NO_TLS.test(cause.message)) {
    const what = 'The key broker cannot be reached: no TLS is spoken at this address, which may be one for http.'
    return new GuestError('GUEST_BROKER_UNREACHABLE', what, { cause, details })
  }
  const code = TLS_FAULT.test(cause.code ?? '') ? 'GUEST_BROKER_TLS_INVALID' : 'GUEST_BROKER_UNREACHABLE'
  return new GuestError(
    code,
    `${code === 'GUEST_BROKER_TLS_INVALID' ? 'The certificate of the key broker is not trusted' : 'The key broker cannot be reached'}: ${cause.message.trim() || details.actual}`,
    { cause, details },
  )
}
