/** Who called, as the audit log keeps it of attestations and of secrets: address, session, what the machine calls itself. */
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { readCookie, SESSION_COOKIE } from '../broker-face/index.ts'
import { type HttpContext, type Route, readClientAddress } from '../http/index.ts'
import { INSTANCE_HEADER, type InstanceInfo, parseInstanceInfo } from './instance-info.ts'

/** Members of the detail of an audit entry. */
export interface CallerFacts {
  readonly client: string
  /** Which service of the older ones would have been asked. */
  readonly service: 'kbs' | 'attestation-service'
  /** The beginning of the SHA-256 of the session cookie: the cookie itself would open what the log is read for. */
  readonly session?: string
  /** JSON of an {@link InstanceInfo}, without empty members. */
  readonly instance?: string
}

const CONCERNED = /^(?:attestation$|secret\.)/

/** The route, noting its caller for the audit log when it concerns an attestation or a secret. */
export function noteCaller(route: Route): Route {
  if (route.audit === undefined || !CONCERNED.test(route.audit)) return route
  return {
    ...route,
    async respond(c) {
      const facts = describeCaller(c)
      c.set('caller', { ...facts })
      const response = await route.respond(c)
      // An attestation gives the session a new cookie, which the machine comes back with.
      const [cookie] = response.headers.getSetCookie()
      const session = readCookie(cookie, SESSION_COOKIE)
      if (session !== undefined) c.set('caller', { ...facts, session: nameSession(session) })
      return response
    },
  }
}

/** The name under which a session is in the log. */
export function nameSession(cookie: string): string {
  return encodeHex(digest('sha256', encodeUtf8(cookie))).slice(0, 32)
}

function describeCaller(c: HttpContext): CallerFacts {
  const cookie = readCookie(c.req.header('cookie'), SESSION_COOKIE)
  const instance = readInstance(c.req.header(INSTANCE_HEADER))
  return {
    client: readClientAddress(c),
    service: c.req.path.includes('/kbs/v0/') ? 'kbs' : 'attestation-service',
    ...(cookie === undefined ? {} : { session: nameSession(cookie) }),
    ...(instance === undefined ? {} : { instance }),
  }
}

/** A header that cannot be read names nobody; it keeps no machine from its key. */
function readInstance(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  try {
    const given = Object.entries(parseInstanceInfo(header) satisfies InstanceInfo).filter(([, text]) => text !== '')
    return given.length === 0 ? undefined : JSON.stringify(Object.fromEntries(given))
  } catch (error) {
    if (!isCodedError(error)) throw error
    return undefined
  }
}
