export { signAuditHead } from './audit-head.ts'
export { createRotatingTokenIssuer } from './rotating-issuer.ts'
export {
  createTokenIssuer,
  type JudgedEvidence,
  type ReleaseToken,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './token-issuer.ts'
