import { answerAudited } from '../audit/index.ts'
import { describeAbsence } from '../broker-face/index.ts'
import { noteCaller } from '../gateway/index.ts'
import type { GrpcListeners } from '../grpc/index.ts'
import { openGrpc } from '../grpc/open.ts'
import {
  checkListen,
  closeServer,
  createApp,
  createHttpListeners,
  createHttpServer,
  type Face,
  formatUrl,
  listenOn,
  listTlsNotices,
  renewCertificate,
  type TlsMaterial,
} from '../http/index.ts'
import { admitAddress, admitClient } from '../limits/index.ts'
import { createMetrics } from '../metrics/index.ts'
import type { ServiceAddress } from '../types.ts'
import { createDropNotice, isWritable } from '../upkeep.ts'
import { createFaces, keepBrokerPaths } from './faces.ts'
import type { Foundation } from './foundation.ts'
import type { Rooms } from './rooms.ts'

/** Where a service listens. */
export interface Addresses {
  readonly http: ServiceAddress
  /** `HOST:PORT` of each gRPC listener by its key in the configuration. */
  readonly grpc: Readonly<Record<string, string>>
  /** URL of each further HTTP listener by its key in the configuration. */
  readonly listeners: Readonly<Record<string, string>>
}

/** The ways into a service from outside: HTTP, further HTTP listeners, gRPC. */
export interface Doors {
  /** Sentences for whoever operates the service. */
  readonly notices: readonly string[]
  /** Answers a request inside this process, open or not. */
  fetch(request: Request): Promise<Response>
  /** Opens all of them, or none. @throws ServiceError SERVICE_LISTEN_FAILED */
  open(): Promise<Addresses>
  /** Takes nothing new, and ends what runs longer than this. */
  close(graceMs: number): Promise<void>
  renewCertificate(material: TlsMaterial): void
}

/** @throws ServiceError SERVICE_LISTEN_PLAIN, SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID */
export async function createDoors(foundation: Foundation, rooms: Rooms): Promise<Doors> {
  const { config, store, log, version } = foundation
  const { audit, clients, attestation } = rooms
  let isClosing = false
  const stopping = () => isClosing
  const halted = new AbortController()
  const grpc = await openCallListeners(foundation, rooms, stopping)
  const notices = listNotices(foundation, rooms, grpc)
  const metrics = createMetrics(version, {
    isStoreUp: () => isWritable(store, config),
    countConnections: () =>
      new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0))),
  })
  const openApp = (faces: readonly Face[]) =>
    createApp({
      describeAbsence,
      log,
      stopping,
      version,
      faces,
      around: (route, c) => answerAudited(noteCaller(route), c, audit),
      admit: (c) => admitClient(c, clients, config),
      onAnswer: metrics.countAnswer,
    })
  const faces = createFaces(foundation, rooms, { metrics, notices, stopping, halted: halted.signal })
  const app = openApp(faces)
  const tellDrop = createDropNotice(config, log)
  const server = createHttpServer(config, app.fetch, tellDrop)
  const apps = {
    broker: () => openApp(faces.flatMap(keepBrokerPaths)).fetch,
    attestation: () => openApp([attestation.createFace([''])]).fetch,
  }
  const listeners = createHttpListeners(config, apps, tellDrop)
  return {
    notices,
    fetch: async (request) => app.fetch(request),
    async open() {
      try {
        const addresses = { grpc: await grpc.start(), listeners: await listeners.start() }
        const listen = checkListen(config)
        const { host } = listen
        const { port } = await listenOn(server, listen)
        return { ...addresses, http: { host, port, url: formatUrl(config, host, port) } }
      } catch (error) {
        await Promise.all([grpc.stop(0), listeners.stop(0)])
        throw error
      }
    },
    async close(graceMs) {
      isClosing = true
      halted.abort()
      await Promise.all([closeServer(server, graceMs), listeners.stop(graceMs), grpc.stop(graceMs)])
    },
    renewCertificate(material) {
      renewCertificate(server, material)
      listeners.renewCertificate(material)
      grpc.renewCertificate(material)
    },
  }
}

function openCallListeners(
  { config, store, log, now }: Foundation,
  { attestation, policies, clients, references, gate, audit }: Rooms,
  stopping: () => boolean,
): Promise<GrpcListeners> {
  return openGrpc(config, {
    attestation,
    policies: policies.room,
    admit: (address) => admitAddress(address, clients, config),
    now,
    references,
    gate,
    audit,
    isServing: async () => !stopping() && (await isWritable(store, config)),
    log,
  })
}

function listNotices(
  { config, live }: Foundation,
  { references, policies, tpmAuthority }: Rooms,
  grpc: GrpcListeners,
): string[] {
  return [
    ...listTlsNotices(config),
    ...live.judge.notices,
    ...references.notices,
    ...policies.notices,
    ...tpmAuthority.notices,
    ...grpc.notices,
  ]
}
