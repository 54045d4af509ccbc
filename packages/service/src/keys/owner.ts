import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { KeyRing } from './key-ring.ts'

const OWNER = 'site/keys'

/**
 * Checks that a store belongs to these keys: another replica with keys of its own would refuse the handshakes of this one,
 * and could not read its secrets. The first start makes the store its own.
 *
 * @throws ServiceError SERVICE_STORE_OWNER_OTHER
 */
export async function claimStore(store: Store, ring: KeyRing): Promise<void> {
  const mine = ring
    .describe()
    .filter(({ use }) => use === 'handshake' || use === 'storage')
    .map(({ use, id }) => `${use}:${id}`)
  await store.transaction(async (access) => {
    const record = await access.get(OWNER)
    const known = record === undefined ? mine : (JSON.parse(decodeUtf8(record.value)) as string[])
    for (const use of ['handshake', 'storage']) {
      const [expected, actual] = [known, mine].map((ids) => ids.filter((id) => id.startsWith(use)))
      if (expected?.some((id) => actual?.includes(id))) continue
      throw new ServiceError('SERVICE_STORE_OWNER_OTHER', undefined, {
        details: { path: `keys.${use}`, expected, actual },
      })
    }
    const all = [...new Set([...known, ...mine])].sort()
    if (record === undefined || all.length > known.length) await access.put(OWNER, encodeUtf8(JSON.stringify(all)))
  })
}
