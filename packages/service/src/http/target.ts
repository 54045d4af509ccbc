import { ServiceError } from '../errors.ts'

const PLAIN_PATH = /^\/(?:[A-Za-z0-9_.~-]+(?:\/[A-Za-z0-9_.~-]+)*\/?)?$/

/**
 * Refuses a request target whose path could mean different things to a proxy, a URL library and a router: percent
 * encodings, dot segments, empty segments, backslashes, anything beyond unreserved characters. No route needs them.
 *
 * @param target the target exactly as it was received, query included
 * @param freePrefixes what precedes a free name in the paths of the routes that end in one; see `Route.freeTail`
 * @throws ServiceError SERVICE_HTTP_PATH_INVALID
 */
export function checkTarget(target: string, freePrefixes: readonly string[] = []): void {
  const path = target.split('?', 1)[0] as string
  const segments = path.split('/')
  if (PLAIN_PATH.test(path) && !segments.includes('.') && !segments.includes('..')) return
  const prefix = freePrefixes.find((one) => path.startsWith(one))
  if (prefix !== undefined && decodeFreeName(path.slice(prefix.length)) !== undefined) return
  throw new ServiceError('SERVICE_HTTP_PATH_INVALID', undefined, {
    details: { path: 'path', actual: path.slice(0, 256) },
  })
}

const FREE_NAME = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+$/

/**
 * The name at the end of a path, decoded once; undefined when it is not UTF-8, holds control characters, or has dot segments
 * in any spelling.
 */
export function decodeFreeName(tail: string): string | undefined {
  if (!FREE_NAME.test(tail)) return undefined
  try {
    const name = decodeURIComponent(tail)
    const dotted = name.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')
    return dotted || /[\u0000-\u001f\u007f-\u009f]/.test(name) ? undefined : name
  } catch {
    return undefined
  }
}
