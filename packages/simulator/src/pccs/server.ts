import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { encodeHex } from '@veritee/codec/bytes'
import type { DcapWorld } from '../dcap/types.ts'
import { answerRequest } from './answers.ts'
import { FaultPlan, type PccsFault } from './faults.ts'
import { listen, respond } from './respond.ts'
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
