/** The client side: answering a challenge and opening a secret, without HTTP. */
export { decryptSecret } from '../jwe/decrypt.ts'
export { createTeeKey, type TeePrivateKey } from '../jwe/tee-key.ts'
export { parseChallenge } from '../protocol/challenge.ts'
export { encodeAuthRequest } from '../protocol/request.ts'
export { parseJweResponse, parseTokenResponse } from '../protocol/response.ts'
export { type AttestationParts, createAttestation, type EvidenceMaker } from './attest.ts'
