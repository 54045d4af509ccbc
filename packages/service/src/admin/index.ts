export {
  ADMIN_TOKEN_MAX_SECONDS,
  ADMIN_TOKEN_SECONDS,
  type Administrator,
  createAdminToken,
  identifyAdminKey,
  verifyAdminToken,
} from './admin-token.ts'
