export {
  createTokenIssuer,
  type JudgedEvidence,
  type ReleaseToken,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './token-issuer.ts'
