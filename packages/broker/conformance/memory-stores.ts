/** Stores for tests: what a service keeps in its database, in a map. */
import type { AttestedSession, ReplayGuard, SessionStore } from '@veritee/broker/handshake'

export interface MemoryStores {
  readonly replayGuard: ReplayGuard
  readonly sessions: SessionStore
  readonly claimed: Map<string, number>
  readonly saved: Map<string, AttestedSession>
}

export function createMemoryStores(): MemoryStores {
  const claimed = new Map<string, number>()
  const saved = new Map<string, AttestedSession>()
  return {
    claimed,
    saved,
    replayGuard: {
      claim: async (id, expiresAt) => {
        if (claimed.has(id)) return false
        claimed.set(id, expiresAt)
        return true
      },
    },
    sessions: { find: async (id) => saved.get(id) },
  }
}
