import { ServiceError } from '../errors.ts'

const PLAIN_PATH = /^\/(?:[A-Za-z0-9_.~-]+(?:\/[A-Za-z0-9_.~-]+)*\/?)?$/

/**
 * Refuses a request target whose path could mean different things to a proxy, a URL library and a router: percent
 * encodings, dot segments, empty segments, backslashes, anything beyond unreserved characters. No route needs them.
 *
 * @param target the target exactly as it was received, query included
 * @throws ServiceError SERVICE_HTTP_PATH_INVALID
 */
export function checkTarget(target: string): void {
  const path = target.split('?', 1)[0] as string
  const segments = path.split('/')
  if (PLAIN_PATH.test(path) && !segments.includes('.') && !segments.includes('..')) return
  throw new ServiceError('SERVICE_HTTP_PATH_INVALID', undefined, {
    details: { path: 'path', actual: path.slice(0, 256) },
  })
}
