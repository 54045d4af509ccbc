import { setTimeout as sleep } from 'node:timers/promises'
import { GuestError } from '../errors.ts'

/** Failures that say nothing about this machine: the next try may go well. */
const TRANSIENT = new Set(['GUEST_BROKER_UNREACHABLE', 'GUEST_BROKER_TIMEOUT', 'GUEST_BROKER_FAILED'])

/** Tells whether a new handshake may help: the broker failed, or lost or refused the session rather than the evidence. */
export function isRepeatable(error: unknown): boolean {
  if (!(error instanceof GuestError)) return false
  if (TRANSIENT.has(error.code)) return true
  return error.code === 'GUEST_RESOURCE_UNAUTHORIZED' || isStaleHandshake(error)
}

function isStaleHandshake(error: GuestError): boolean {
  const { code } = (error.details['broker'] ?? {}) as { code?: string }
  return error.code === 'GUEST_HANDSHAKE_REFUSED' && code !== undefined && /^BROKER_(?:SESSION_|NONCE_)/.test(code)
}

/** Runs `work` up to `attempts` times, pausing between; gives up at once on a failure that repeating cannot mend. */
export async function repeatWhileTransient<T>(work: () => Promise<T>, attempts: number, pauseMs: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || !isRepeatable(error)) throw error
      await sleep(pauseMs)
    }
  }
}
