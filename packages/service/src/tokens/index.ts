export { AUDIT_HEAD_TYPE, signAuditHead } from './audit-head.ts'
export { createRotatingTokenIssuer } from './rotating-issuer.ts'
export { openRsaSigner, type RsaSigner } from './rsa-key.ts'
export { createPieceVector, nameEvidenceClass } from './submods.ts'
export { openTokenFiles, type TokenFiles } from './token-files.ts'
export {
  createTokenIssuer,
  type JudgedEvidence,
  type ReleaseToken,
  type TokenIssuer,
  type TokenIssuerOptions,
  type TokenRequest,
} from './token-issuer.ts'
