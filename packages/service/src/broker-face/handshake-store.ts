import type { AttestedSession, ReplayGuard, SessionStore } from '@veritee/broker/handshake'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import type { Store } from '../store/index.ts'

/**
 * Remembers answered challenges in the store, so that every replica refuses the second answer. Neither this nor the session
 * waits for the disk: the audit entry of the attestation does, and nobody is answered before it.
 */
export function createReplayGuard(store: Store): ReplayGuard {
  return {
    async claim(id, expiresAt) {
      // In the order of their ends: records that are written together lie together.
      const key = `handshake/${String(expiresAt).padStart(11, '0')}-${id}`
      return (await store.compareAndSet(key, 0, new Uint8Array(), { expiresAt, early: true })) !== undefined
    },
  }
}

/** Keeps attested sessions in the store, so that a session begun at one replica goes on at another. */
export function createSessionStore(store: Store): SessionStore {
  return {
    async save(id, session, expiresAt) {
      await store.put(`session/${id}`, encodeUtf8(JSON.stringify(session)), { expiresAt, early: true })
    },
    async find(id) {
      const record = await store.get(`session/${id}`)
      return record && (JSON.parse(decodeUtf8(record.value)) as AttestedSession)
    },
  }
}
