import type { KeyObject } from 'node:crypto'
import { type Administrator, verifyAdminToken } from '../admin/index.ts'
import { ServiceError } from '../errors.ts'
import type { HttpContext } from '../http/index.ts'

/**
 * Lets only administrators pass.
 *
 * @throws ServiceError SERVICE_ADMIN_TOKEN_*
 */
export async function requireAdministrator(c: HttpContext, publicKey: KeyObject, now: number): Promise<Administrator> {
  const token = readBearer(c)
  if (token === undefined)
    throw new ServiceError('SERVICE_ADMIN_TOKEN_MISSING', undefined, { details: { path: 'authorization' } })
  return verifyAdminToken(token, publicKey, now)
}

/** The bearer token of a request; undefined when there is none. */
export function readBearer(c: HttpContext): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
}
