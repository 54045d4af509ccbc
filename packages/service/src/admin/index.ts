export { ADMIN_TOKEN_MAX_SECONDS, type Administrator, createAdminToken, verifyAdminToken } from './admin-token.ts'
