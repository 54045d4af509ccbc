import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import {
  type ConnectRouter,
  type ContextKey,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { ServiceError } from '../errors.ts'
import { readTls, type TlsMaterial, trackQuiet } from '../http/index.ts'
import type { CallOrigin } from './access.ts'

/** Where a gRPC listener listens, and how it is protected. */
export interface GrpcListen {
  readonly host: string
  readonly port: number
  readonly loopback: boolean
}

export interface GrpcServerOptions {
  /** Key of the configuration that names the address, for refusals. */
  readonly key: string
  readonly listen: GrpcListen
  /** PEM files; without them the listener speaks HTTP/2 in clear. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Allows clear text beyond loopback. */
  readonly allowPlain: boolean
  readonly routes: (router: ConnectRouter) => void
  readonly messageBytes: number
  readonly connections: number
}

export interface GrpcServer {
  /** @throws ServiceError SERVICE_LISTEN_FAILED */
  start(): Promise<AddressInfo>
  /** Takes nothing new, waits for running calls, and after `graceMs` cuts what is left. */
  stop(graceMs: number): Promise<void>
  /** Connections that come from now on get this certificate; nothing happens where the listener speaks in clear. */
  renewCertificate(material: TlsMaterial): void
}

/** The address of whoever calls, as the socket says. */
export const PEER: ContextKey<string> = createContextKey('', { description: 'address of the peer' })

/** Who a call is from. */
export function originOf({ requestHeader, values }: HandlerContext): CallOrigin {
  return { headers: requestHeader, client: values.get(PEER) }
}

const STREAMS = 100
const MAX_CALL_MS = 120_000

/**
 * Prepares a gRPC listener; it listens when started.
 *
 * @throws ServiceError SERVICE_LISTEN_PLAIN, SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID
 */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { key, listen, tls, allowPlain, routes, messageBytes, connections } = options
  if (tls === undefined && !listen.loopback && !allowPlain) {
    throw new ServiceError('SERVICE_LISTEN_PLAIN', `${key}: gRPC in clear text beyond loopback is refused.`, {
      details: {
        path: key,
        expected: 'loopback, TLS, or grpc.allowPlain = true',
        actual: `${listen.host}:${listen.port}`,
      },
    })
  }
  const stopping = new AbortController()
  const handler = connectNodeAdapter({
    routes,
    grpc: true,
    grpcWeb: false,
    connect: false,
    readMaxBytes: messageBytes,
    maxTimeoutMs: MAX_CALL_MS,
    shutdownSignal: stopping.signal,
    contextValues: ({ socket }) => createContextValues().set(PEER, nameAddress(socket?.remoteAddress)),
  })
  const settings = { settings: { maxConcurrentStreams: STREAMS }, maxSessionMemory: 32 }
  const server: Http2Server | Http2SecureServer =
    tls === undefined ? createServer(settings, handler) : createTls(tls, settings, handler)
  server.maxConnections = connections
  const sessions = trackSessions(server)
  const quiet = trackQuiet(server)
  server.on('session', ({ socket }: ServerHttp2Session) => quiet.hear(socket))
  return {
    start: () => startListening(server, listen, key),
    async stop(graceMs) {
      if (!server.listening) return
      stopping.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const session of sessions) session.close()
      quiet.destroy()
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy()
      }, graceMs)
      await closed
      clearTimeout(timer)
    },
    renewCertificate(material) {
      if ('setSecureContext' in server) server.setSecureContext(material)
    },
  }
}

function nameAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '')
}

type Handler = ReturnType<typeof connectNodeAdapter>

function createTls(tls: { cert: string; key: string }, settings: object, handler: Handler): Http2SecureServer {
  return createSecureServer({ ...settings, ...readTls(tls), allowHTTP1: false }, handler)
}

function trackSessions(server: Http2Server | Http2SecureServer): Set<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  server.on('sessionError', () => undefined)
  return sessions
}

async function startListening(
  server: Http2Server | Http2SecureServer,
  { host, port }: GrpcListen,
  key: string,
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`
      reject(
        new ServiceError('SERVICE_LISTEN_FAILED', `Cannot listen on ${where}: ${cause.code ?? cause.message}.`, {
          cause,
          details: { path: key, actual: where },
        }),
      )
    })
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      server.on('error', () => undefined)
      resolve()
    })
  })
  return server.address() as AddressInfo
}
