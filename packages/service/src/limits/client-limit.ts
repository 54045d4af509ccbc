import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'

const PREFIX = 'limit/'
/** Clients remembered in this process; the longest unheard of are forgotten, which gives them nothing: the store knows. */
const MAX_CLIENTS = 10_000
const ATTEMPTS = 8

export interface ClientLimitOptions {
  readonly store: Store
  /** Tokens that come back each second. */
  readonly perSecond: number
  /** Tokens that a full bucket holds. */
  readonly burst: number
  /** Epoch seconds. */
  readonly now: () => number
}

/** Lets clients pass at the pace that they share over all replicas. */
export interface ClientLimit {
  /** @throws ServiceError SERVICE_RATE_LIMITED with `retryAfterSeconds` */
  take(client: string): Promise<void>
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** What this process holds of a client: tokens taken from the store, or a time before which there are none. */
interface Lease {
  tokens: number
  emptyUntil: number
  renewal?: Promise<void> | undefined
}

/**
 * A token bucket for each client, in the store. A process takes a part of the bucket at once and spends it without asking
 * again, so a busy client costs one write for many requests.
 */
export function createClientLimit({ store, perSecond, burst, now }: ClientLimitOptions): ClientLimit {
  const leases = new Map<string, Lease>()
  const share = Math.max(1, Math.floor(burst / 8))

  const remember = (client: string): Lease => {
    const lease = leases.get(client) ?? { tokens: 0, emptyUntil: 0 }
    leases.delete(client)
    leases.set(client, lease)
    if (leases.size > MAX_CLIENTS) leases.delete(leases.keys().next().value as string)
    return lease
  }

  const renew = async (client: string, lease: Lease): Promise<void> => {
    const key = PREFIX + client
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const record = await store.get(key)
      const { tokens, at }: Bucket =
        record === undefined ? { tokens: burst, at: now() } : (JSON.parse(decodeUtf8(record.value)) as Bucket)
      // A clock that was set back gives nothing and takes nothing.
      const full = Math.min(burst, tokens + Math.max(0, now() - at) * perSecond)
      const taken = Math.min(share, Math.floor(full))
      if (taken === 0) {
        lease.emptyUntil = now() + Math.max(1, Math.ceil((1 - full) / perSecond))
        return
      }
      const left = encodeUtf8(JSON.stringify({ tokens: full - taken, at: Math.max(at, now()) }))
      const expiresAt = now() + Math.ceil(burst / perSecond) + 1
      if ((await store.compareAndSet(key, record?.version ?? 0, left, { expiresAt })) === undefined) continue
      lease.tokens += taken
      return
    }
    // Replicas that snatch each other's turn so often share a client that is busy enough to wait.
    lease.emptyUntil = now() + 1
  }

  return {
    async take(client) {
      const lease = remember(client)
      for (;;) {
        if (lease.tokens > 0) {
          lease.tokens--
          return
        }
        if (now() < lease.emptyUntil) throw limited(lease.emptyUntil - now(), perSecond)
        lease.renewal ??= renew(client, lease).finally(() => {
          lease.renewal = undefined
        })
        await lease.renewal
      }
    },
  }
}

function limited(retryAfterSeconds: number, perSecond: number): ServiceError {
  return new ServiceError('SERVICE_RATE_LIMITED', undefined, {
    details: { path: 'client', expected: `${perSecond} requests a second`, retryAfterSeconds },
  })
}

/** The name under which a client is counted: an IPv4 address, or the /64 network of an IPv6 address. */
export function nameClient(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::`
}

/** Tells whether an address is this very machine's. */
export function isLoopback(address: string): boolean {
  return address === 'in-process' || address === '::1' || address.startsWith('127.')
}
