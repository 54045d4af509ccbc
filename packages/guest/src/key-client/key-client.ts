import { formatResourcePath, parseResourceUri } from '@veritee/broker/resources'
import { isCodedError } from '@veritee/codec/error'
import type { Attester } from '../attester/index.ts'
import { GuestError } from '../errors.ts'
import { createTransport, type TransportOptions } from '../transport/index.ts'
import { repeatWhileTransient } from './retry.ts'
import { type BrokerLine, fetchResource, openSession, type Session } from './session.ts'

/** The largest secret that brokers serve, as base64url, and room for the rest. */
const RESPONSE_BYTES = 32 << 20

export interface KeyClientOptions extends TransportOptions {
  /** Address of the key broker, such as `https://keys.example.org:8081`; a path before `/kbs/v0` may be part of it. */
  readonly url: string
  readonly attester: Attester
  /** The attestation policy to be judged by, of those that the service lets machines choose; absent: its own. */
  readonly policy?: string
  /** How often to try in all when the broker fails or loses the session, default 3. */
  readonly attempts?: number
  /** Between tries, default 1000. */
  readonly pauseMs?: number
  /** Told a sentence about what was understood although it is not written as it should be, such as a URI with two slashes. */
  readonly onWarning?: (message: string) => void
}

/** Gets secrets for this machine from one key broker. */
export interface KeyClient {
  /**
   * Gets a secret, attesting first when there is no session yet.
   *
   * @param uri `kbs:///repository/type/tag`; a host in it is not used
   * @throws GuestError with a code GUEST_*; `details.broker` and `details.findings` are what the broker said
   */
  get(uri: string): Promise<Uint8Array>
  /** Attests anew and returns the token that the broker issued. */
  attest(): Promise<string>
}

/**
 * Makes a key client. Nothing is sent before the first call. Calls may run at the same time: they share one session.
 *
 * @throws GuestError GUEST_URL_INVALID, GUEST_CA_UNREADABLE
 */
export function createKeyClient(options: KeyClientOptions): KeyClient {
  const { attester, policy, attempts = 3, pauseMs = 1000 } = options
  const line: BrokerLine = {
    base: readBase(options.url),
    transport: createTransport({ maxResponseBytes: RESPONSE_BYTES, ...options }),
  }
  let current: Promise<Session> | undefined

  const join = (): Promise<Session> => {
    current ??= openSession(line, attester, policy)
    return current
  }
  const leave = (session: Promise<Session> | undefined): void => {
    if (current === session) current = undefined
  }
  /** Works in the shared session; whatever goes wrong, the next try opens a new one unless the broker answered about the resource. */
  const attemptInSession = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const joined = join()
    try {
      return await work(await joined)
    } catch (error) {
      const code = error instanceof GuestError ? error.code : undefined
      if (code !== 'GUEST_RESOURCE_DENIED' && code !== 'GUEST_RESOURCE_NOT_FOUND') leave(joined)
      throw error
    }
  }

  return {
    async get(uri) {
      const path = readPath(uri, options.onWarning)
      return repeatWhileTransient(
        () => attemptInSession((session) => fetchResource(line, session, path)),
        attempts,
        pauseMs,
      )
    },
    async attest() {
      leave(current)
      return repeatWhileTransient(() => attemptInSession(async ({ token }) => token), attempts, pauseMs)
    },
  }
}

function readBase(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const fits =
    (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') && parsed.search === '' && parsed.hash === ''
  if (parsed === undefined || !fits || parsed.username !== '' || parsed.password !== '') {
    // The text may hold a password, so it is not repeated.
    throw new GuestError('GUEST_URL_INVALID', undefined, {
      details: { path: 'url', expected: 'http(s)://HOST[:PORT][/PATH]' },
    })
  }
  return `${parsed.origin}${parsed.pathname.replace(/(?:\/kbs\/v0)?\/*$/, '')}/kbs/v0`
}

function readPath(uri: string, onWarning: KeyClientOptions['onWarning']): string {
  try {
    const { path, warning } = parseResourceUri(uri)
    if (warning !== undefined) onWarning?.(warning)
    return formatResourcePath(path)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new GuestError('GUEST_URI_INVALID', undefined, { cause, details: { ...cause.details } })
  }
}
