import type { HttpContext } from './types.ts'

/** The address a request came from, as the socket says; headers of proxies are not believed. */
export function readClientAddress(c: HttpContext): string {
  const address = c.env?.incoming?.socket.remoteAddress
  return address === undefined ? 'in-process' : address.replace(/^::ffff:(?=\d+\.)/, '')
}
