import { BrokerError } from '@veritee/broker'
import type { Handshakes } from '@veritee/broker/handshake'
import type { HttpContext } from '../http/index.ts'
import { readBearer } from './bearer.ts'
import { readCookie } from './cookie.ts'

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/**
 * Finds the attestation token of a request: the attested session of its cookie, else the `Attestation` header, else a
 * bearer that is a JWT. The token is not verified here. A stale cookie beside a token is no obstacle.
 *
 * @throws BrokerError BROKER_SESSION_* when there is neither
 */
export async function findAttestationToken(
  c: HttpContext,
  handshakes: Handshakes,
  cookieName: string,
  now: number,
): Promise<string> {
  const carried = [c.req.header('attestation'), readBearer(c)].find((token) => token !== undefined && JWT.test(token))
  const cookie = readCookie(c.req.header('cookie'), cookieName)
  if (cookie === undefined && carried !== undefined) return carried
  try {
    return await handshakes.findToken(cookie, now)
  } catch (error) {
    if (error instanceof BrokerError && carried !== undefined) return carried
    throw error
  }
}
