/** The attestation service over HTTP. */
export { ATTESTATION_PATHS, describeChallenge, readTeeChallenge } from './attestation-face.ts'
export { type AttestationService, type AttestationServiceRuntime, openAttestationService } from './open.ts'
export type { AttestationStatus, Dependency } from './status.ts'
