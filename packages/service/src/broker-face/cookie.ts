import type { SessionCookie } from '@veritee/broker/handshake'

/** The value of a cookie in a Cookie header; the first when there are several of one name. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const split = pair.indexOf('=')
    if (split > 0 && pair.slice(0, split).trim() === name)
      return pair
        .slice(split + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}

/**
 * The Set-Cookie value. Without Path and Domain the cookie covers the base path it was set under, which is what clients of
 * the protocol expect; `Secure` would make them drop it over plain HTTP.
 */
export function encodeCookie(cookie: SessionCookie, secure: boolean): string {
  const expires = new Date(cookie.expiresAt * 1000).toUTCString()
  return `${cookie.name}=${cookie.value}; Expires=${expires}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}
