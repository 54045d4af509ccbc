import { createHandshakes, type HandshakeOptions, type Handshakes } from '@veritee/broker/handshake'
import type { KeyRing } from '../keys/index.ts'

/** Handshakes under the key that the ring names now; those that began under an older one may still be finished. */
export function createRotatingHandshakes(ring: KeyRing, options: Omit<HandshakeOptions, 'keys'>): Handshakes {
  let made: { readonly ids: string; readonly handshakes: Handshakes } | undefined
  const current = (): Handshakes => {
    const keys = ring.handshakes()
    const ids = keys.map(({ id }) => id).join()
    if (made?.ids !== ids)
      made = { ids, handshakes: createHandshakes({ ...options, keys: keys.map(({ key }) => key) }) }
    return made.handshakes
  }
  return {
    open: (body, now) => current().open(body, now),
    receive: (body, cookie, now) => current().receive(body, cookie, now),
    complete: (attestation, token, expiresAt, now) => current().complete(attestation, token, expiresAt, now),
    findToken: (cookie, now) => current().findToken(cookie, now),
  }
}
