import type { Store } from '../../store/index.ts'
import type { ActivePolicy } from '../types.ts'
import { listHeads, REVISION_KEY, readVersionRecord } from './records.ts'

/** The policies in force by the store, by id. A copy is kept, and read again when anybody wrote a change. */
export function createPolicySnapshot(store: Store): () => Promise<ReadonlyMap<string, ActivePolicy>> {
  let copy: { readonly revision: number; readonly active: ReadonlyMap<string, ActivePolicy> } | undefined
  return async () => {
    const revision = (await store.get(REVISION_KEY))?.version ?? 0
    if (copy?.revision === revision) return copy.active
    const active = new Map<string, ActivePolicy>()
    for (const head of await listHeads(store)) {
      if (head.activeVersion === undefined) continue
      const record = await readVersionRecord(store, head.id, head.activeVersion)
      // Passing over it would let something else decide in its place.
      if (record === undefined)
        throw new Error(`The store lacks version ${head.activeVersion} of the policy ${head.id}.`)
      const { text, hash, dialect, version, at } = record
      active.set(head.id, { head, version, text, hash, dialect, at })
    }
    copy = { revision, active }
    return active
  }
}
