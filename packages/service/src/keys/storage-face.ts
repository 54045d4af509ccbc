/** The storage keys under the key broker's paths, in the words of its existing clients. */
import { z } from '@hono/zod-openapi'
import { admitRequest } from '../access/index.ts'
import { nameActor } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation, refusal } from '../http/operation.ts'
import { type KeysFaceOptions, rotateKey, toDetail } from './keys-face.ts'

const COUNT = z.number()

/** `/resource/{pubkey,rotate,reload,rewrap}`: secrets are wrapped with symmetric keys, which have no public half to give. */
export function createStorageFace(options: KeysFaceOptions): Face {
  const { gate, ring } = options
  return {
    name: 'storage keys of the key broker',
    basePaths: ['/kbs/v0', '/api/kbs/v0'],
    routes: [
      {
        method: 'get',
        path: '/resource/pubkey',
        operation: describeAdminOperation('The public key of storage: there is none', z.object({}), {
          responses: { 404: refusal('Storage keys are symmetric') },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'keys:read')
          const [active] = ring.storage()
          throw new ServiceError('SERVICE_STORAGE_KEY_SYMMETRIC', undefined, {
            details: { path: 'pubkey', expected: 'no request for it', actual: `storage key ${active.id}` },
          })
        },
      },
      {
        method: 'post',
        path: '/resource/rotate',
        operation: describeAdminOperation(
          'Make a new storage key and wrap all secrets with it',
          z.object({
            public_key: z.null(),
            key_id: z.string(),
            rewrapped: COUNT,
            skipped: COUNT,
            failed: COUNT,
            retired_keys: COUNT,
            purged_keys: COUNT,
          }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'keys:rotate')
          const { key, rewrapping = { total: 0, rewrapped: 0, failed: 0 } } = await rotateKey(c, 'storage', options)
          const retired = ring.describe().filter(({ use, state }) => use === 'storage' && state === 'retired')
          const { total: _, ...counts } = countSecrets(rewrapping)
          // No key is removed: a backup may hold secrets that are wrapped with it.
          return c.json({
            public_key: null,
            key_id: key.id,
            ...counts,
            retired_keys: retired.length,
            purged_keys: 0,
          })
        },
      },
      {
        method: 'post',
        path: '/resource/reload',
        operation: describeAdminOperation('Read the key directory again', z.object({ reloaded_keys: COUNT })),
        async respond(c) {
          await admitRequest(c, gate, 'keys:rotate')
          ring.reload()
          const keys = ring.storage().length
          await recordWork(c, 'keys.reload', options, { keys })
          return c.json({ reloaded_keys: keys })
        },
      },
      {
        method: 'post',
        path: '/resource/rewrap',
        operation: describeAdminOperation(
          'Wrap with the active storage key whatever is wrapped with another',
          z.object({ total: COUNT, rewrapped: COUNT, skipped: COUNT, failed: COUNT }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'keys:rotate')
          const rewrapping = await options.secrets.rewrap()
          await recordWork(c, 'keys.rewrap', options, toDetail(rewrapping))
          return c.json(countSecrets(rewrapping))
        },
      },
    ],
  }
}

function countSecrets({ total, rewrapped, failed }: { total: number; rewrapped: number; failed: number }): {
  total: number
  rewrapped: number
  skipped: number
  failed: number
} {
  return { total, rewrapped, skipped: total - rewrapped - failed, failed }
}

async function recordWork(
  c: HttpContext,
  action: string,
  { audit, ring }: KeysFaceOptions,
  detail: Record<string, number>,
): Promise<void> {
  const [active] = ring.storage()
  const requestId = c.get('requestId')
  await audit.record({ actor: nameActor(c), action, object: active.id, outcome: 'done', requestId, detail })
  c.set('audited', true)
}
