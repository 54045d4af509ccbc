export { AUDIT_HEAD_TYPE, signAuditHead } from './audit-head.ts'
export { readTokenCertificates } from './certificates.ts'
export { createRotatingTokenIssuer } from './rotating-issuer.ts'
export { createRsaSigner, type RsaSigner } from './rsa-key.ts'
export { createPieceVector, nameEvidenceClass } from './submods.ts'
export {
  createTokenIssuer,
  type JudgedEvidence,
  type ReleaseToken,
  type TokenIssuer,
  type TokenIssuerOptions,
  type TokenRequest,
} from './token-issuer.ts'
