export {
  ADMIN_TOKEN_MAX_SECONDS,
  type Administrator,
  createAdminToken,
  identifyAdminKey,
  verifyAdminToken,
} from './admin-token.ts'
