/** The server side of handshakes, free of HTTP. */
export { createHandshakes } from './handshakes.ts'
export type {
  AttestationOutcome,
  AttestedSession,
  BoundEvidence,
  CompletedAttestation,
  FinishedHandshake,
  HandshakeOptions,
  Handshakes,
  OpenedHandshake,
  ReceivedAttestation,
  ReplayGuard,
  SessionCookie,
  SessionStore,
} from './types.ts'
