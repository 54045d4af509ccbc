/** Instances that were heard lately: in the store, so that every replica knows them. */
import { decodeUtf8, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { ServiceError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { type InstanceInfo, nameInstance } from './instance-info.ts'

const PREFIX = 'gateway/instance/'
const PAGE = 1000
const DEFAULT_LIMIT = 10_000
/** How long a count of the instances is good for. */
const COUNT_SECONDS = 10

/** One instance, as last heard. Times are epoch seconds. */
export interface HeardInstance {
  readonly info: InstanceInfo
  readonly client: string
  readonly firstAt: number
  readonly lastAt: number
}

export interface InstanceRoom {
  /** @throws ServiceError SERVICE_INSTANCE_INVALID without a name, SERVICE_INSTANCES_FULL */
  hear(info: InstanceInfo, client: string): Promise<void>
  /** Those within their time, the last heard first. */
  list(): Promise<readonly HeardInstance[]>
}

export interface InstanceRoomOptions {
  readonly store: Store
  /** How long an instance counts after it was heard. */
  readonly lifetimeSeconds: number
  /** So many at once, default 10000. */
  readonly limit?: number
  /** Epoch seconds. */
  readonly now: () => number
}

export function createInstanceRoom(options: InstanceRoomOptions): InstanceRoom {
  const { store, lifetimeSeconds, limit = DEFAULT_LIMIT, now } = options
  let counted = { at: Number.NEGATIVE_INFINITY, instances: 0 }

  async function* read(): AsyncIterable<HeardInstance> {
    for (let after: string | undefined; ; ) {
      const page = await store.list(PREFIX, { limit: PAGE, after })
      for (const { value, expiresAt = 0 } of page)
        if (expiresAt > now()) yield JSON.parse(decodeUtf8(value)) as HeardInstance
      after = page.at(-1)?.key
      if (page.length < PAGE) return
    }
  }

  /** Whoever is not known yet must find room; a count of a moment ago, and those since, are near enough. */
  async function takeRoom(): Promise<void> {
    if (now() >= counted.at + COUNT_SECONDS) {
      let instances = 0
      for await (const _ of read()) instances++
      counted = { at: now(), instances }
    }
    if (counted.instances >= limit)
      throw new ServiceError('SERVICE_INSTANCES_FULL', undefined, { details: { path: 'instances', expected: limit } })
    counted.instances++
  }

  return {
    async hear(info, client) {
      const name = nameInstance(info)
      if (name === undefined)
        throw new ServiceError('SERVICE_INSTANCE_INVALID', undefined, {
          details: { path: 'aainstanceinfo.instance_id', expected: 'instance_id or eas_instance_id' },
        })
      const key = PREFIX + encodeHex(digest('sha256', encodeUtf8(name))).slice(0, 32)
      const record = await store.get(key)
      const known = record !== undefined && (record.expiresAt ?? 0) > now()
      if (!known) await takeRoom()
      const firstAt = known ? (JSON.parse(decodeUtf8(record.value)) as HeardInstance).firstAt : now()
      const heard: HeardInstance = { info, client, firstAt, lastAt: now() }
      await store.put(key, encodeUtf8(JSON.stringify(heard)), { expiresAt: now() + lifetimeSeconds })
    },
    async list() {
      const heard: HeardInstance[] = []
      for await (const instance of read()) heard.push(instance)
      return heard.sort((a, b) => b.lastAt - a.lastAt)
    },
  }
}
