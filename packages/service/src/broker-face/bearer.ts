import type { HttpContext } from '../http/index.ts'

/** The bearer token of a request; undefined when there is none. */
export function readBearer(c: HttpContext): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
}
