/** Messages of the key broker protocol: strict bounded reading, and writing. */
export { type AttestationContent, encodeAttestation, parseAttestation } from './attestation.ts'
export { encodeChallenge, parseChallenge } from './challenge.ts'
export { createErrorBody, nameErrorType, parseErrorBody } from './error-body.ts'
export { encodeAuthRequest, parseAuthRequest } from './request.ts'
export { encodeTokenResponse, parseJweResponse, parseTokenResponse } from './response.ts'
export { parseTeeName, spellTeePlain } from './tee.ts'
export { parseTeePublicKey } from './tee-key.ts'
export {
  type Attestation,
  type AuthRequest,
  BINDING_HASHES,
  type BindingHash,
  type Challenge,
  CURRENT_VERSION,
  type DeviceEvidence,
  type EcTeePublicKey,
  type ErrorBody,
  type InitData,
  type JweResponse,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  type RsaTeePublicKey,
  TEE_NAMES,
  type TeeName,
  type TeePublicKey,
  type TokenResponse,
} from './types.ts'
