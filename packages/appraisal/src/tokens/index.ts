/** Attestation tokens: EAR issued and verified, Simple tokens verified. */
export { type EarContent, type EarSubmod, JUDGEMENT_CLAIM } from './ear.ts'
export {
  createTokenSigner,
  type IssuedToken,
  importTokenSigner,
  issueEarToken,
  type SignEs256,
  type TokenSigner,
  type TokenSignerInput,
} from './issue.ts'
export { computeThumbprint } from './jwk.ts'
export { createTokenTrust, type TokenTrust, type TokenTrustInput } from './trust.ts'
export {
  createTrustVector,
  nameTier,
  summarizeVector,
  TRUST_ASPECTS,
  type TrustAspect,
  type TrustTier,
  type TrustVector,
} from './trust-vector.ts'
export type { TokenAlgorithm, TokenJwk, TokenKind, TokenQuestions, VerifiedToken } from './types.ts'
export { verifyToken } from './verify.ts'
