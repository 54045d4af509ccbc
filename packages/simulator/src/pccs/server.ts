import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeHex } from '@veritee/codec/bytes'
import type { DcapWorld } from '../dcap/types.ts'
import { SimulatorError } from '../errors.ts'
import { answerRequest, type PccsAnswer } from './answers.ts'
import { FaultPlan, type PccsFault } from './faults.ts'
import { createLoopbackTls } from './tls.ts'

export interface PccsOptions {
  /** Default 0: any that is free. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Serve over TLS, with a certificate of an authority that the server shows as `tlsCa`. Default false. */
  readonly tls?: boolean
  /** The server's clock, epoch seconds: documents and lists are those of this day. Default: the world's own time. */
  readonly now?: () => number
  /** Sent as `Cache-Control: max-age`. Default: not sent. */
  readonly maxAgeSeconds?: number
}

/** A simulated PCCS that is running. */
export interface RunningPccs {
  /** Such as `http://127.0.0.1:40001`, without a path. */
  readonly url: string
  /** The base a client is given, such as `http://127.0.0.1:40001/sgx/certification/v4/`. */
  readonly baseUrl: string
  /** PEM of the authority that issued the server's certificate, where it serves over TLS. */
  readonly tlsCa?: string
  /** Path and query of every request so far, in the order they came. */
  readonly requests: readonly string[]
  /** Adds a fault and returns what takes it back. */
  inject(fault: PccsFault): () => void
  /** Closes every connection and the socket. */
  close(): Promise<void>
}

/**
 * Serves the collateral of a world as PCS and PCCS do, versions 3 (SGX) and 4, on loopback; faults can be injected.
 * Throws SIMULATOR_PCCS_UNREADY. It authenticates nobody: it is for tests and demonstrations.
 */
export async function servePccs(world: DcapWorld, options: PccsOptions = {}): Promise<RunningPccs> {
  const { port = 0, host = '127.0.0.1', now = () => world.now } = options
  const tls = options.tls === true ? createLoopbackTls(world) : undefined
  const faults = new FaultPlan()
  const requests: string[] = []
  const closing = new AbortController()
  const cacheControl =
    options.maxAgeSeconds === undefined ? {} : { 'Cache-Control': `max-age=${options.maxAgeSeconds}` }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const target = request.url ?? '/'
    requests.push(target)
    const fault = faults.take(target)
    const time = now() - (fault?.kind === 'stale' ? fault.ageSeconds : 0)
    const answer = answerRequest(world.at(time), new URL(target, 'http://pccs'))
    const named = { 'Request-ID': encodeHex(crypto.getRandomValues(new Uint8Array(16))), ...cacheControl }
    const complete = { ...answer, headers: { ...named, ...answer.headers } }
    respond(response, complete, fault, closing.signal).catch(() => response.destroy())
  }
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({ key: tls.key, cert: tls.certificate }, listener)
  await listen(server, port, host)
  const url = `${tls === undefined ? 'http' : 'https'}://${host}:${(server.address() as AddressInfo).port}`
  return {
    url,
    baseUrl: `${url}/sgx/certification/v4/`,
    ...(tls === undefined ? {} : { tlsCa: tls.ca }),
    requests,
    inject: (fault) => faults.inject(fault),
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new SimulatorError('SIMULATOR_PCCS_UNREADY', undefined, { details: { actual: cause.message }, cause }))
    })
    server.listen(port, host, resolve)
  })
}

async function respond(
  response: ServerResponse,
  answer: PccsAnswer,
  fault: PccsFault | undefined,
  closing: AbortSignal,
): Promise<void> {
  const { status, headers, body } = answer
  switch (fault?.kind) {
    case 'status': {
      const retry = fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) }
      response.writeHead(fault.status, retry).end('injected')
      return
    }
    case 'redirect':
      response.writeHead(302, { Location: fault.location }).end()
      return
    case 'reset':
      response.destroy()
      return
    case 'stall':
      response.writeHead(status, { ...headers, 'Content-Length': body.length })
      response.write(body.subarray(0, body.length >> 1))
      return
    case 'flood':
      response.writeHead(status, headers)
      await flood(response, fault.sizeBytes)
      return
    case 'delay':
      await wait(fault.delayMs, undefined, { signal: closing })
      break
  }
  const sent = fault?.kind === 'body' ? fault.body : body
  const kept = fault?.kind === 'header' ? replaceHeader(headers, fault.name, fault.value) : headers
  response.writeHead(status, { ...kept, 'Content-Length': sent.length }).end(sent)
}

/** A body of spaces, as much as asked for and the client takes. */
async function flood(response: ServerResponse, sizeBytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 << 10, ' ')
  const chunks = function* (): Generator<Buffer> {
    for (let sent = 0; sent < sizeBytes; sent += chunk.length) yield chunk
  }
  await pipeline(chunks, response)
}

function replaceHeader(headers: PccsAnswer['headers'], name: string, value?: string): Record<string, string> {
  const others = Object.entries(headers).filter(([header]) => header.toLowerCase() !== name.toLowerCase())
  return { ...Object.fromEntries(others), ...(value === undefined ? {} : { [name]: value }) }
}
