import type { ServiceConfig } from '../config/index.ts'
import { type HttpContext, readClientAddress } from '../http/index.ts'
import { type ClientLimit, isLoopback, nameClient } from './client-limit.ts'

/** Whoever watches over the service is not counted: it asks often, and must be answered when clients are too many. */
const UNCOUNTED = /^\/(?:healthz|readyz|metrics)?$/

/** Lets a request pass, or refuses its client. @throws ServiceError SERVICE_RATE_LIMITED */
export async function admitClient(c: HttpContext, clients: ClientLimit, config: ServiceConfig): Promise<void> {
  if (!UNCOUNTED.test(c.req.path)) await admitAddress(readClientAddress(c), clients, config)
}

/** The same for an address. @throws ServiceError SERVICE_RATE_LIMITED */
export async function admitAddress(address: string, clients: ClientLimit, { limits }: ServiceConfig): Promise<void> {
  if (!isLoopback(address) || limits.perClient.loopback) await clients.take(nameClient(address))
}

/** What proxies say that they passed a request on with. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const

/** Tells whether a request is from a program on this machine. What a proxy here passed on is from elsewhere, where it says so. */
export function isLocalRequest(c: HttpContext): boolean {
  return isLoopback(readClientAddress(c)) && PASSED_ON.every((name) => c.req.header(name) === undefined)
}
