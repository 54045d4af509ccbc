import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { type AddressInfo, isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import type { ServiceConfig } from '../../config/index.ts'
import { ServiceError } from '../../errors.ts'
import { describeProblem } from '../problem.ts'
import { type QuietConnections, trackQuiet } from './quiet.ts'

/** Machines send their token in a header, and a token holds the event log of the machine. */
const MAX_HEADER_BYTES = 128 * 1024

/** Where to listen, and whether only this machine can reach it. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
  readonly loopback: boolean
}

/** Splits `HOST:PORT`. A name other than `localhost` counts as reachable from outside: nobody knows what it resolves to. */
export function parseListen(listen: string): ListenAddress {
  const split = listen.lastIndexOf(':')
  const host = listen.slice(0, split).replace(/^\[(.*)\]$/, '$1')
  const port = Number(listen.slice(split + 1))
  if (port > 65535)
    throw new ServiceError('SERVICE_CONFIG_INVALID', 'listen: the port is above 65535.', {
      details: { path: 'listen' },
    })
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  return { host, port, loopback }
}

/**
 * Checks that the service may listen as it is told to.
 *
 * @param key the key of the configuration that names the address
 * @throws ServiceError SERVICE_LISTEN_PLAIN
 */
export function checkListen(
  config: ServiceConfig,
  listen: string = config.listen,
  key: string = 'listen',
): ListenAddress {
  const address = parseListen(listen)
  if (config.tls === undefined && !address.loopback && !config.allowPlainHttp) {
    throw new ServiceError('SERVICE_LISTEN_PLAIN', undefined, {
      details: { path: key, expected: 'loopback, or TLS', actual: listen },
    })
  }
  return address
}

/**
 * Makes the server without listening yet. With `tls` configured it speaks TLS or nothing.
 *
 * @param onDrop told about every connection that was one too many
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID
 */
export function createHttpServer(
  config: ServiceConfig,
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  onDrop: () => void = () => undefined,
): Server {
  const listener = getRequestListener(fetch as Parameters<typeof getRequestListener>[0], {
    // Only for requests that never became one: a broken Host header, a target in absolute form.
    errorHandler: (cause) => {
      const { status, problem } = describeProblem(new ServiceError('SERVICE_HTTP_PATH_INVALID', undefined, { cause }))
      return Response.json(problem, { status })
    },
  })
  const { limits, tls } = config
  const options: ServerOptions = {
    headersTimeout: limits.headersSeconds * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    connectionsCheckingInterval: 500,
    keepAliveTimeout: 5000,
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: true,
    insecureHTTPParser: false,
  }
  const serve = (incoming: Parameters<typeof listener>[0], outgoing: Parameters<typeof listener>[1]) =>
    void listener(incoming, outgoing)
  const server =
    tls === undefined ? createServer(options, serve) : createTlsServer({ ...options, ...readTls(tls) }, serve)
  server.maxConnections = limits.connections
  server.on('drop', onDrop)
  const quiet = trackQuiet(server)
  server.on('request', ({ socket }: IncomingMessage) => quiet.hear(socket))
  QUIET.set(server as Server, quiet)
  return server as Server
}

/** A certificate chain and its key that fit together. */
export interface TlsMaterial {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly minVersion: 'TLSv1.2'
}

/** @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID */
export function readTls(tls: NonNullable<ServiceConfig['tls']>): TlsMaterial {
  const material = {
    cert: readNamedFile(tls.cert, 'tls.cert'),
    key: readNamedFile(tls.key, 'tls.key'),
    minVersion: 'TLSv1.2' as const,
  }
  try {
    createSecureContext(material)
  } catch (cause) {
    throw new ServiceError('SERVICE_TLS_INVALID', undefined, {
      details: { path: 'tls', reason: (cause as { code?: string }).code },
    })
  }
  return material
}

/** Sentences about how the private key lies there. */
export function listTlsNotices({ tls }: ServiceConfig): string[] {
  const mode = tls === undefined ? 0 : (statSync(tls.key, { throwIfNoEntry: false })?.mode ?? 0)
  if (tls === undefined || (mode & 0o007) === 0) return []
  return [`Other users of this machine may read the private key ${tls.key} (tls.key): run chmod 600 ${tls.key}`]
}

function readNamedFile(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `${key}: the file ${path} cannot be read.`, {
      cause,
      details: { path: key, actual: path },
    })
  }
}

/** @throws ServiceError SERVICE_LISTEN_FAILED */
export async function listenOn(server: Server, address: ListenAddress): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${address.host}:${address.port}`
      reject(
        new ServiceError('SERVICE_LISTEN_FAILED', `Cannot listen on ${where}: ${cause.code ?? cause.message}.`, {
          cause,
          details: { path: 'listen', actual: where },
        }),
      )
    })
    server.listen({ host: address.host, port: address.port }, resolve)
  })
  return server.address() as AddressInfo
}

const QUIET = new WeakMap<Server, QuietConnections>()

/** Takes no new connections, waits for running requests, and after `graceMs` cuts what is left. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  // Those count as busy, and nobody watches any more how long they take.
  QUIET.get(server)?.destroy()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

/** Connections that come from now on get this certificate. */
export function renewCertificate(server: Server, material: TlsMaterial): void {
  ;(server as Server & Pick<TlsServer, 'setSecureContext'>).setSecureContext(material)
}
