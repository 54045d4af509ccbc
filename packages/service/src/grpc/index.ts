/** gRPC: the services that other programs connect to, and a client of the reference value service. */
export { type AuthorizeCall, answerAuditedCall, type Caller, type CallOrigin, createCallAuthorizer } from './access.ts'
export {
  type AttestationPort,
  addAttestationService,
  type EvidenceCall,
  type ServiceStatus,
} from './attestation-service.ts'
export { createReferenceClient, GrpcCallError, type ReferenceClient } from './client.ts'
export { file_attestation as ATTESTATION_FILE } from './gen/attestation_pb.ts'
export { file_grpc_health_v1_health as HEALTH_FILE } from './gen/grpc/health/v1/health_pb.ts'
export { file_reference as REFERENCE_FILE } from './gen/reference_pb.ts'
export { addHealthService } from './health-service.ts'
export { createGrpcListeners, type GrpcListeners, type GrpcRuntime } from './listeners.ts'
export { addReferenceService, type ReferenceServiceOptions } from './reference-service.ts'
export { addReflectionService } from './reflection-service.ts'
export { createGrpcServer, type GrpcListen, type GrpcServer, type GrpcServerOptions } from './server.ts'
