import type { ConnectRouter } from '@connectrpc/connect'
import type { Gate } from '../access/index.ts'
import type { AttestationService as AttestationCore } from '../attestation-face/index.ts'
import type { AuditLog } from '../audit/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import { parseListen, type TlsMaterial } from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import type { PolicyRoom } from '../policies/index.ts'
import type { References } from '../references/index.ts'
import { createCallAuthorizer } from './access.ts'
import { createAttestationPort } from './attestation-port.ts'
import { addAttestationService } from './attestation-service.ts'
import { AttestationService, file_attestation } from './gen/attestation_pb.ts'
import { file_grpc_health_v1_health } from './gen/grpc/health/v1/health_pb.ts'
import { file_reference, ReferenceValueProviderService } from './gen/reference_pb.ts'
import { addHealthService } from './health-service.ts'
import { addReferenceService } from './reference-service.ts'
import { addReflectionService } from './reflection-service.ts'
import { createGrpcServer, type GrpcServer } from './server.ts'

export interface GrpcRuntime {
  readonly references: Pick<References, 'registrar'>
  readonly gate: Gate
  readonly audit: AuditLog
  readonly attestation: AttestationCore
  readonly policies: PolicyRoom
  /** Refuses a client, by its address, that calls too often. */
  readonly admit: (client: string) => Promise<void>
  /** Epoch seconds. */
  readonly now: () => number
  readonly isServing: () => Promise<boolean>
  readonly log: Logger
}

/** The gRPC listeners of a service, by the key of the configuration that opened them. */
export interface GrpcListeners {
  /** Opens the listeners and says where; none are left open when one fails. @throws ServiceError SERVICE_LISTEN_FAILED */
  start(): Promise<Readonly<Record<string, string>>>
  stop(graceMs: number): Promise<void>
  renewCertificate(material: TlsMaterial): void
  readonly notices: readonly string[]
}

type Key = 'references' | 'attestation'

/** @throws ServiceError SERVICE_LISTEN_PLAIN, SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID */
export function createGrpcListeners(config: ServiceConfig, runtime: GrpcRuntime): GrpcListeners {
  const keys = (['references', 'attestation'] as const).filter((key) => config.grpc[key] !== undefined)
  const listeners = keys.map((key) => ({ key, ...createListener(key, config, runtime) }))
  const stop = async (graceMs: number) => {
    await Promise.all(listeners.map(({ server }) => server.stop(graceMs)))
  }
  return {
    async start() {
      const addresses: Record<string, string> = {}
      try {
        for (const { key, server, host } of listeners) addresses[key] = `${host}:${(await server.start()).port}`
        return addresses
      } catch (error) {
        await stop(0)
        throw error
      }
    },
    stop,
    renewCertificate(material) {
      for (const { server } of listeners) server.renewCertificate(material)
    },
    notices: listeners
      .filter(({ loopback }) => loopback)
      .map(
        ({ key }) => `Everybody on this machine may change reference values through ${config.grpc[key]} (grpc.${key}).`,
      ),
  }
}

function createListener(
  key: Key,
  config: ServiceConfig,
  runtime: GrpcRuntime,
): { server: GrpcServer; host: string; loopback: boolean } {
  const listen = parseListen(config.grpc[key] as string)
  const { loopback } = listen
  const tls = loopback || config.grpc.allowPlain ? undefined : config.tls
  const server = createGrpcServer({
    key: `grpc.${key}`,
    listen,
    tls,
    allowPlain: config.grpc.allowPlain,
    routes: (router) => addServices(router, key, loopback, config, runtime),
    messageBytes: config.limits.bodyBytes,
    connections: config.limits.connections,
  })
  return { server, host: listen.host.includes(':') ? `[${listen.host}]` : listen.host, loopback }
}

function addServices(
  router: ConnectRouter,
  key: Key,
  loopback: boolean,
  config: ServiceConfig,
  { references, gate, audit, isServing, log, ...runtime }: GrpcRuntime,
): void {
  const { registrar } = references
  const authorize = createCallAuthorizer(loopback, gate, audit)
  addReferenceService(router, {
    registrar,
    authorize,
    audit,
    register: config.references.register,
    admit: runtime.admit,
    log,
  })
  const withAttestation = key === 'attestation'
  if (withAttestation) {
    const port = createAttestationPort({
      service: runtime.attestation,
      room: runtime.policies,
      authorize: createCallAuthorizer(loopback && config.policies.openOnLoopback, gate, audit),
      audit,
      now: runtime.now,
    })
    addAttestationService(router, port, { admit: runtime.admit, log })
  }
  const services = [ReferenceValueProviderService, ...(withAttestation ? [AttestationService] : [])]
  addHealthService(
    router,
    services.map((service) => service.typeName),
    isServing,
  )
  addReflectionService(router, [
    file_reference,
    ...(withAttestation ? [file_attestation] : []),
    file_grpc_health_v1_health,
  ])
}
