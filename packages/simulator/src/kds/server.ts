import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FaultPlan, type PccsFault } from '../pccs/faults.ts'
import { listen, respond } from '../pccs/respond.ts'
import { answerRequest, type KdsWorlds } from './answers.ts'

export interface KdsOptions {
  /** Default 0: any that is free. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
}

/** A simulated key distribution service that is running. */
export interface RunningKds {
  /** Such as `http://127.0.0.1:40001`. */
  readonly url: string
  /** Path and query of every request so far, in the order they came. */
  readonly requests: readonly string[]
  /** Adds a fault and returns what takes it back. */
  inject(fault: PccsFault): () => void
  /** Closes every connection and the socket. */
  close(): Promise<void>
}

/**
 * Serves the certificates of worlds as the key distribution services of AMD and Hygon do, on loopback; faults can be
 * injected. Throws SIMULATOR_PCCS_UNREADY. It authenticates nobody: it is for tests and demonstrations.
 */
export async function serveKds(worlds: KdsWorlds, options: KdsOptions = {}): Promise<RunningKds> {
  const { port = 0, host = '127.0.0.1' } = options
  const faults = new FaultPlan()
  const requests: string[] = []
  const closing = new AbortController()
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const target = request.url ?? '/'
    requests.push(target)
    const answer = answerRequest(worlds, new URL(target, 'http://kds'))
    respond(response, answer, faults.take(target), closing.signal).catch(() => response.destroy())
  })
  await listen(server, port, host)
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    inject: (fault) => faults.inject(fault),
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
