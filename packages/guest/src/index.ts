/** What runs inside the trusted environment: attesters, detection, and the key client. */
export { type Attester, createTdxAttester, type EvidenceJson, type TdxAttesterOptions } from './attester/index.ts'
export { type DetectOptions, detectTee, type TeeDetection, type TeeTrace } from './detect/index.ts'
export { GUEST_ERRORS, GuestError, type GuestErrorCode } from './errors.ts'
export { type BrokerRefusal, createKeyClient, type KeyClient, type KeyClientOptions } from './key-client/index.ts'
