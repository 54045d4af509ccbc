import type { ServiceConfig } from '../config/index.ts'
import type { GrpcListeners, GrpcRuntime } from './listeners.ts'

/** The modules of gRPC are read where a listener wants them: they would take a good part of every start. */
export async function openGrpc(config: ServiceConfig, runtime: GrpcRuntime): Promise<GrpcListeners> {
  if (Object.values(config.grpc).every((value) => typeof value !== 'string'))
    return { start: async () => ({}), stop: async () => undefined, renewCertificate: () => undefined, notices: [] }
  const { createGrpcListeners } = await import('./index.ts')
  return createGrpcListeners(config, runtime)
}
