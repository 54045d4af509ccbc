import type { AttestedSession, FinishedHandshake, ReplayGuard, SessionStore } from '@veritee/broker/handshake'
import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import type { Store, StoreEntry } from '../store/index.ts'

const SESSIONS = 'session/'

/**
 * Remembers answered challenges in the store, so that every replica refuses the second answer. This does not wait
 * for the disk: the audit entry of the attestation does, and nobody is answered before it.
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

/** Finds attested sessions in the store, so that one begun at one replica goes on at another. */
export function createSessionStore(store: Store): SessionStore {
  return {
    async find(id) {
      const record = await store.get(SESSIONS + id)
      return record && (JSON.parse(decodeUtf8(record.value)) as AttestedSession)
    },
  }
}

/** The record of an attested session, to be written with the audit entry of its attestation. */
export function createSessionEntry({ id, ...session }: FinishedHandshake['session']): StoreEntry {
  return { key: SESSIONS + id, value: encodeUtf8(JSON.stringify(session)), expiresAt: session.expiresAt }
}
