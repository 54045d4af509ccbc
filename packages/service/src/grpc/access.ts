import { ServiceError } from '../errors.ts'

/**
 * Says who a gRPC request is from, or throws what the caller is to learn.
 *
 * @param headers the request's metadata
 */
export type AuthorizeCall = (headers: Headers, permission: 'references:read' | 'references:write') => Promise<string>

/** Name under which changes are recorded that came from this machine without a token. */
const LOCAL = 'grpc on this machine'

/**
 * Who may do what on a listener. On loopback everybody on this machine may, as the programs expect that connect there; beyond
 * it everything needs an administrator's token in `authorization`. A token that is sent must be valid in either case.
 *
 * @param verify checks a token and gives its subject
 */
export function createCallAuthorizer(loopback: boolean, verify: (token: string) => Promise<string>): AuthorizeCall {
  return async (headers) => {
    const given = headers.get('authorization')
    if (given === null && loopback) return LOCAL
    const token = /^Bearer +(\S+)$/i.exec(given ?? '')?.[1]
    if (token === undefined)
      throw new ServiceError('SERVICE_ADMIN_TOKEN_MISSING', undefined, { details: { path: 'authorization' } })
    return verify(token)
  }
}
