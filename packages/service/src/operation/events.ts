import { setTimeout as sleep } from 'node:timers/promises'
import type { Permission } from '../access/index.ts'
import type { AuditEntry, AuditLog } from '../audit/index.ts'

/** What can be followed. `machines`: the attestations that prove which machine it was. */
export type Topic =
  | 'attestations'
  | 'machines'
  | 'releases'
  | 'secrets'
  | 'policies'
  | 'references'
  | 'access'
  | 'keys'
  | 'collateral'

const TOPICS: readonly (readonly [RegExp, Topic])[] = [
  [/^attestation/, 'attestations'],
  [/^secret\.release/, 'releases'],
  [/^secret/, 'secrets'],
  [/^polic/, 'policies'],
  [/^reference/, 'references'],
  [/^access/, 'access'],
  [/^keys/, 'keys'],
  [/^collateral/, 'collateral'],
]

/** The name of a machine, which the actor of an attestation has once its evidence was found genuine. */
const MACHINE = /^[a-z0-9-]{1,32}-[0-9a-f]{24}$/

/** The topics of an entry of the audit log; none for what nobody follows. */
function listTopics({ action, actor }: AuditEntry): Topic[] {
  const topic = TOPICS.find(([pattern]) => pattern.test(action))?.[1]
  if (topic === undefined) return []
  return topic === 'attestations' && MACHINE.test(actor.id) ? ['attestations', 'machines'] : [topic]
}

/** What whoever follows a topic must be allowed to read: the events name the things that they are about. */
export const TOPIC_PERMISSIONS: Readonly<Record<Topic, Permission>> = {
  attestations: 'attestations:read',
  machines: 'attestations:read',
  releases: 'secrets:list',
  secrets: 'secrets:list',
  policies: 'policies:read',
  references: 'references:read',
  access: 'access:read',
  keys: 'keys:read',
  collateral: 'attestations:read',
}

/** Every topic there is. */
export const ALL_TOPICS: readonly Topic[] = Object.keys(TOPIC_PERMISSIONS) as Topic[]

const POLL_MS = 500
const HEARTBEAT_MS = 15_000
/** Further back than this, whoever reconnects reads the lists anew. */
const MAX_REPLAY = 1000

export interface EventStreamOptions {
  readonly audit: AuditLog
  readonly topics: ReadonlySet<Topic>
  /** Number of the last entry that was seen; undefined: only what comes from now on. */
  readonly lastSeen: number | undefined
  readonly signal: AbortSignal
}

/**
 * The events as `text/event-stream`, from the audit log: so every replica tells of all of them, in one order, and whoever
 * reconnects misses none. Of an entry only what a page needs to know that it is out of date.
 */
export async function* streamEvents({ audit, topics, lastSeen, signal }: EventStreamOptions): AsyncGenerator<string> {
  const head = (await audit.readHead()).seq
  let seen = lastSeen ?? head
  if (seen > head || head - seen > MAX_REPLAY) {
    seen = head
    yield `id: ${head}\nevent: reset\ndata: {}\n\n`
  } else yield ': here\n\n'
  for (let quietMs = 0; !signal.aborted; ) {
    let said = false
    for await (const entry of audit.follow(seen)) {
      seen = entry.seq
      const topic = listTopics(entry).find((one) => topics.has(one))
      if (topic === undefined) continue
      const { seq, time, action, object, outcome, code, actor } = entry
      const machine = MACHINE.test(actor.id) ? { machine: actor.id } : {}
      const data = JSON.stringify({ seq, time, action, object, outcome, code, ...machine })
      yield `id: ${seq}\nevent: ${topic}\ndata: ${data}\n\n`
      said = true
    }
    quietMs = said ? 0 : quietMs + POLL_MS
    if (quietMs >= HEARTBEAT_MS) {
      yield ': still here\n\n'
      quietMs = 0
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
}
