import { coversPath, type KeyRoom, listPermissions, type Permission, type Principal } from '../access/index.ts'
import { type AttemptRoom, attemptKey, type MachineRoom, machineKey } from '../attempts/index.ts'
import { type AuditLog, auditKey } from '../audit/index.ts'
import { nameSession } from '../gateway/index.ts'
import type { CollateralItem } from '../judge/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { PolicyRoom } from '../policies/index.ts'
import type { ReferenceRoom } from '../references/index.ts'
import type { SecretRoom } from '../secrets/index.ts'

/** What one search finds at most. */
export const MAX_FOUND = 20

/** Where the search looks. */
export interface SearchPlaces {
  readonly attempts: AttemptRoom
  readonly machines: MachineRoom
  readonly audit: AuditLog
  readonly secrets: SecretRoom
  readonly keys: KeyRoom
  readonly ring: KeyRing
  readonly policies: Pick<PolicyRoom, 'list'>
  readonly references: Pick<ReferenceRoom, 'listSets'>
  readonly collateral: () => readonly CollateralItem[]
}

export interface Found {
  readonly kind: string
  readonly id: string
  readonly title: string
  /** What the text was found in. */
  readonly matched: string
}

type Search = (q: string, places: SearchPlaces, principal: Principal) => Promise<readonly Found[]>

const HEX = /^[0-9a-f]{16,128}$/
const COOKIE = /^[\w-]{16,1600}\.[\w-]{43}$/

/** In the order of their results. Each needs its permission; each reads by an index of the store, or a list that is short. */
const SEARCHES: readonly (readonly [Permission, Search])[] = [
  ['attestations:read', findMachines],
  ['attestations:read', findAttestations],
  ['audit:read', findAuditEntries],
  ['secrets:list', findSecrets],
  ['policies:read', findPolicies],
  ['references:read', findReferences],
  ['attestations:read', findCollateral],
  ['access:read', findAccessKeys],
  ['keys:read', findServiceKeys],
]

/** Everything that has the text in its name and that the principal may see, at most {@link MAX_FOUND}. */
export async function searchPlaces(q: string, places: SearchPlaces, principal: Principal): Promise<Found[]> {
  const may = new Set(listPermissions(principal.role))
  const found: Found[] = []
  for (const [permission, search] of SEARCHES) {
    if (!may.has(permission) || found.length >= MAX_FOUND) continue
    found.push(...(await search(q, places, principal)))
  }
  return found.slice(0, MAX_FOUND)
}

async function findMachines(q: string, { machines }: SearchPlaces): Promise<Found[]> {
  const describe = (matched: string) => (machine: Awaited<ReturnType<MachineRoom['read']>>) => ({
    kind: 'machine',
    id: machine.name,
    title: `${machine.tee} ${machine.outcome}`,
    matched,
  })
  const text = q.toLowerCase()
  // What begins with the text stands right behind it in the order of the store.
  const following = /^[a-z0-9-]{2,64}$/.test(text)
    ? await machines.list({ limit: MAX_FOUND, after: machineKey(text).slice(0, -1) })
    : []
  const byName = following.filter(({ name }) => name.startsWith(text))
  const byMeasurement = HEX.test(text) ? await machines.list({ where: { measurement: text }, limit: MAX_FOUND }) : []
  return [...byName.map(describe('name')), ...byMeasurement.map(describe('measurement'))]
}

async function findAttestations(q: string, { attempts }: SearchPlaces): Promise<Found[]> {
  const text = q.toLowerCase()
  const newest = (where: Record<string, string>) => attempts.list({ where, descending: true, limit: MAX_FOUND })
  const byId = /^\d{11}-?[0-9a-f-]*$/.test(text)
    ? (await attempts.list({ limit: MAX_FOUND, after: attemptKey(text.slice(0, 30)).slice(0, -1) })).filter(({ id }) =>
        id.startsWith(text),
      )
    : []
  const byMachine = await newest({ machine: text })
  const byMeasurement = HEX.test(text) ? await newest({ measurement: text }) : []
  const describe =
    (matched: string) =>
    ({ id, tee, outcome }: { id: string; tee: string; outcome: string }): Found => ({
      kind: 'attestation',
      id,
      title: `${tee} ${outcome}`,
      matched,
    })
  return [
    ...byId.map(describe('id')),
    ...byMachine.map(describe('machine')),
    ...byMeasurement.map(describe('measurement')),
  ]
}

/** By number (`#123`), or by session: the cookie itself, or the name that the log has for it. */
async function findAuditEntries(q: string, { audit }: SearchPlaces): Promise<Found[]> {
  const seq = /^#(\d{1,14})$/.exec(q)?.[1]
  const session = COOKIE.test(q) ? nameSession(q) : /^[0-9a-f]{32}$/.test(q) ? q : undefined
  const entries =
    seq !== undefined
      ? (await audit.list({ after: auditKey(Number(seq) - 1), limit: 1 })).filter((entry) => entry.seq === Number(seq))
      : session !== undefined
        ? await audit.list({ where: { session }, descending: true, limit: MAX_FOUND })
        : []
  return entries.map((entry) => ({
    kind: 'audit entry',
    id: String(entry.seq),
    title: `${entry.action} ${entry.object} ${entry.outcome}`,
    matched: seq === undefined ? 'session' : 'number',
  }))
}

async function findSecrets(q: string, { secrets }: SearchPlaces, { scopes }: Principal): Promise<Found[]> {
  const names = (await secrets.list()).filter((name) => name.includes(q) && coversPath(scopes, name))
  return names.slice(0, MAX_FOUND).map((name) => ({ kind: 'secret', id: name, title: name, matched: 'path' }))
}

async function findPolicies(q: string, { policies }: SearchPlaces, { scopes }: Principal): Promise<Found[]> {
  const heads = (await policies.list()).filter(({ id }) => id.includes(q) && coversPath(scopes, id))
  return heads.slice(0, MAX_FOUND).map(({ id, kind }) => ({ kind: 'policy', id, title: kind, matched: 'id' }))
}

/** By the name of a set or of a value, or by a value itself, such as a digest. */
async function findReferences(q: string, { references }: SearchPlaces, { scopes }: Principal): Promise<Found[]> {
  const found: Found[] = []
  for (const { name: set, state } of await references.listSets()) {
    if (!coversPath(scopes, set)) continue
    if (set.includes(q)) found.push({ kind: 'reference set', id: set, title: set, matched: 'name' })
    for (const [name, record] of state.records) {
      if (found.length >= MAX_FOUND) return found
      const byName = name.includes(q)
      if (!byName && !JSON.stringify(record).includes(JSON.stringify(q))) continue
      found.push({ kind: 'reference value', id: `${set}/${name}`, title: name, matched: byName ? 'name' : 'value' })
    }
  }
  return found
}

async function findCollateral(q: string, { collateral }: SearchPlaces): Promise<Found[]> {
  const text = q.toLowerCase()
  const items = collateral().filter(({ key }) => key.toLowerCase().includes(text))
  return items
    .slice(0, MAX_FOUND)
    .map(({ kind, key, state }) => ({ kind: 'collateral', id: key, title: `${kind} ${state}`, matched: 'key' }))
}

async function findAccessKeys(q: string, { keys }: SearchPlaces): Promise<Found[]> {
  const matching = (await keys.list()).filter(({ id, name }) => id.startsWith(q) || name.includes(q))
  return matching.map(({ id, name }) => ({
    kind: 'access key',
    id,
    title: name,
    matched: id.startsWith(q) ? 'id' : 'name',
  }))
}

async function findServiceKeys(q: string, { ring }: SearchPlaces): Promise<Found[]> {
  const matching = ring.describe().filter(({ id }) => id.startsWith(q))
  return matching.map(({ id, use, state }) => ({ kind: `${use} key`, id, title: state, matched: 'id' }))
}
