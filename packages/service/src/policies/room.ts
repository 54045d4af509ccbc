import {
  type AttestationPolicy,
  checkPolicyId,
  compileAttestationPolicy,
  compileResourcePolicy,
  type PolicyDialect,
  type ResourceRules,
  type ResourceShape,
} from '@veritee/appraisal/policy'
import { ServiceError } from '../errors.ts'
import type { Store, StoreAccess } from '../store/index.ts'
import type { PolicyFiles } from './folder.ts'
import { listHeads, listVersionRecords, REVISION_KEY, readHead, readVersionRecord, writeChange } from './records.ts'
import type { ActivePolicy, PolicyActor, PolicyDraft, PolicyHead, PolicyKind, PolicyVersion } from './types.ts'

/** The id of the resource policy that other programs set without naming one. */
export const RESOURCE_POLICY_ID = 'resource-policy'
/** The attestation policy that is asked for where nobody names one. */
export const DEFAULT_POLICY_ID = 'default'
const EVERYWHERE: readonly string[] = ['*']

export interface PolicyRoomOptions {
  readonly store: Store
  readonly files: PolicyFiles
  /** Epoch seconds. */
  readonly now: () => number
}

/** Policies of the service: versions in the store, texts in force there or in files. */
export interface PolicyRoom {
  /** Policies in force and drafts, ascending by id. */
  list(): Promise<PolicyHead[]>
  /** @throws ServiceError SERVICE_POLICY_UNKNOWN */
  readHead(id: string): Promise<PolicyHead>
  /** The text in force; undefined where none is. @throws ServiceError SERVICE_POLICY_FILE */
  readActive(id: string): Promise<ActivePolicy | undefined>
  /** Newest first. */
  listVersions(id: string, options: { limit: number; before?: number }): Promise<PolicyVersion[]>
  /** @throws ServiceError SERVICE_POLICY_VERSION_UNKNOWN */
  readVersion(id: string, version: number): Promise<PolicyVersion>
  /** Compiles a text and keeps it. @throws AppraisalError APPRAISAL_POLICY_*; ServiceError SERVICE_POLICY_* */
  put(draft: PolicyDraft): Promise<PolicyVersion>
  /** Brings a version into force. */
  activate(id: string, version: number, actor: PolicyActor): Promise<PolicyHead>
  /** Brings the text of an earlier version back, as a new version; without one, of the version before. */
  rollBack(id: string, version: number | undefined, actor: PolicyActor): Promise<PolicyVersion>
  /** Takes a policy out of force. Its versions stay. */
  delete(id: string): Promise<void>
  /** The policies in force, compiled. @throws AppraisalError for a file that does not compile */
  findAttestation(id: string): Promise<CompiledPolicy<AttestationPolicy> | undefined>
  listResource(): Promise<CompiledPolicy<ResourceRules>[]>
}

/** A policy in force, compiled. */
export interface CompiledPolicy<T> {
  readonly active: ActivePolicy
  readonly rules: T
}

export function createPolicyRoom(options: PolicyRoomOptions): PolicyRoom {
  const { store, files, now } = options
  const compiled = createCompiler()
  let copy: { readonly revision: number; readonly active: ReadonlyMap<string, ActivePolicy> } | undefined

  /** What the store says is in force; read again when a change was written. */
  async function readStored(): Promise<ReadonlyMap<string, ActivePolicy>> {
    const revision = (await store.get(REVISION_KEY))?.version ?? 0
    if (copy?.revision === revision) return copy.active
    const active = new Map<string, ActivePolicy>()
    for (const head of await listHeads(store)) {
      if (head.activeVersion === undefined) continue
      const version = await readVersionRecord(store, head.id, head.activeVersion)
      if (version === undefined) continue
      const { text, hash, dialect } = version
      active.set(head.id, { head, version: version.version, text, hash, dialect })
    }
    copy = { revision, active }
    return active
  }

  async function readActive(id: string): Promise<ActivePolicy | undefined> {
    const stored = (await readStored()).get(checkPolicyId(id, 'id'))
    const file = files.read(id)
    if (file === undefined) return stored
    if (stored?.text === file.text) return { ...stored, file: file.path }
    return recordFile(id, file)
  }

  /** A file that somebody edited becomes a version, so that its history is there too. */
  async function recordFile(
    id: string,
    { path, text, changedAt }: NonNullable<ReturnType<PolicyFiles['read']>>,
  ): Promise<ActivePolicy> {
    const kind: PolicyKind = id === RESOURCE_POLICY_ID ? 'resource' : 'attestation'
    const present = await readHead(store, id)
    const rules = compiled(kind, { id, text, dialect: 'auto' })
    const head: PolicyHead = present ?? { id, kind, scopes: scopesOf(kind), latestVersion: 0 }
    const version = await store.transaction(async (access) => {
      const current = (await readHead(access, id)) ?? head
      const newest = await readVersionRecord(access, id, current.activeVersion ?? 0)
      if (newest?.hash === rules.hash) return newest
      const next = current.latestVersion + 1
      const made: PolicyVersion = {
        id,
        version: next,
        text,
        dialect: 'auto',
        hash: rules.hash,
        by: `file ${path}`,
        at: changedAt,
        reason: 'The file was changed.',
      }
      await writeChange(access, { ...current, latestVersion: next, activeVersion: next }, made)
      return made
    })
    const { hash, dialect } = version
    return {
      head: { ...head, activeVersion: version.version },
      version: version.version,
      text,
      hash,
      dialect,
      file: path,
    }
  }

  async function expectHead(id: string, access: StoreAccess = store): Promise<PolicyHead> {
    const head = await readHead(access, checkPolicyId(id, 'id'))
    if (head !== undefined) return head
    throw new ServiceError('SERVICE_POLICY_UNKNOWN', `There is no policy ${id}.`, {
      details: { path: 'id', actual: id },
    })
  }

  async function expectVersion(id: string, version: number, access: StoreAccess = store): Promise<PolicyVersion> {
    const record = await readVersionRecord(access, id, version)
    if (record !== undefined) return record
    throw new ServiceError('SERVICE_POLICY_VERSION_UNKNOWN', undefined, {
      details: { path: 'version', actual: version, policy: id },
    })
  }

  /** Brings the file of a policy in line, where it has one. */
  const follow = (id: string, text: string) => {
    if (files.read(id) !== undefined) files.write(id, text)
  }

  async function append(draft: PolicyDraft, restores?: number): Promise<PolicyVersion> {
    const { id, kind, text, dialect = 'auto', by, reason, activate } = draft
    await observeFile(id)
    const { hash } = compiled(kind, { id, text, dialect }, draft.shape)
    const made = await store.transaction(async (access) => {
      const before = await readHead(access, id)
      expectKind(before, draft)
      expectBase(before, draft)
      const version = (before?.latestVersion ?? 0) + 1
      const made: PolicyVersion = {
        id,
        version,
        text,
        dialect,
        hash,
        by,
        at: now(),
        reason,
        ...(restores === undefined ? {} : { restores }),
      }
      const active = activate ? version : before?.activeVersion
      const shape = draft.shape ?? before?.shape
      await writeChange(
        access,
        {
          id,
          kind,
          scopes: draft.scopes ?? before?.scopes ?? scopesOf(kind),
          latestVersion: version,
          ...(shape === undefined ? {} : { shape }),
          ...(active === undefined ? {} : { activeVersion: active }),
        },
        made,
      )
      return made
    })
    if (activate) follow(id, text)
    return made
  }

  /** A file edited by hand is a version before another one follows it; one that does not compile is written over. */
  async function observeFile(id: string): Promise<void> {
    await readActive(id).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'APPRAISAL_POLICY_TEXT_INVALID') throw error
    })
  }

  async function compileActive<T extends AttestationPolicy | ResourceRules>(
    id: string,
    kind: PolicyKind,
  ): Promise<CompiledPolicy<T> | undefined> {
    const active = await readActive(id)
    if (active === undefined || active.head.kind !== kind) return undefined
    return { active, rules: compiled(kind, active, active.head.shape, id) as T }
  }

  return {
    async list() {
      for (const id of files.listIds()) await observeFile(id)
      return (await listHeads(store)).filter(({ activeVersion, latestVersion }) => activeVersion ?? latestVersion > 0)
    },
    async readHead(id) {
      await observeFile(checkPolicyId(id, 'id'))
      return expectHead(id)
    },
    readActive,
    listVersions: async (id, { limit, before }) => listVersionRecords(store, (await expectHead(id)).id, limit, before),
    readVersion: async (id, version) => expectVersion((await expectHead(id)).id, version),
    put: (draft) => append(draft),
    async activate(id, number) {
      const { text, dialect } = await expectVersion((await expectHead(id)).id, number)
      const head = await store.transaction(async (access) => {
        const before = await expectHead(id, access)
        compiled(before.kind, { id, text, dialect }, before.shape)
        const after = { ...before, activeVersion: number }
        await writeChange(access, after)
        return after
      })
      follow(id, text)
      return head
    },
    async rollBack(id, number, { by, reason }) {
      await observeFile(checkPolicyId(id, 'id'))
      const { kind, activeVersion = 1 } = await expectHead(id)
      const { text, dialect, version } = await expectVersion(id, number ?? activeVersion - 1)
      return append({ id, kind, text, dialect, by, reason, activate: true }, version)
    },
    async delete(id) {
      const head = await expectHead(id)
      if (id === DEFAULT_POLICY_ID || files.read(id) !== undefined) {
        throw new ServiceError('SERVICE_POLICY_KEPT', undefined, { details: { path: 'id', actual: id } })
      }
      await store.transaction(async (access) => {
        const { activeVersion: _, ...rest } = (await readHead(access, id)) ?? head
        await writeChange(access, rest)
      })
    },
    findAttestation: (id) => compileActive<AttestationPolicy>(id, 'attestation'),
    async listResource() {
      const stored = [...(await readStored()).values()].filter(({ head }) => head.kind === 'resource')
      const ids = new Set([...stored.map(({ head }) => head.id), RESOURCE_POLICY_ID])
      const found = await Promise.all([...ids].map((id) => compileActive<ResourceRules>(id, 'resource')))
      return found.filter((policy) => policy !== undefined)
    },
  }
}

function scopesOf(kind: PolicyKind): readonly string[] {
  return kind === 'resource' ? EVERYWHERE : []
}

function expectKind(before: PolicyHead | undefined, { id, kind }: PolicyDraft): void {
  if (before === undefined || before.kind === kind) return
  throw new ServiceError('SERVICE_POLICY_CONFLICT', `The policy ${id} is of the kind ${before.kind}.`, {
    details: { path: 'kind', expected: before.kind, actual: kind },
  })
}

function expectBase(before: PolicyHead | undefined, { expectedVersion }: PolicyDraft): void {
  const newest = before?.latestVersion ?? 0
  if (expectedVersion === undefined || expectedVersion === newest) return
  throw new ServiceError('SERVICE_POLICY_OUTDATED', undefined, {
    details: { path: 'if-match', expected: newest, actual: expectedVersion },
  })
}

type CompileText = { readonly id?: string; readonly text: string; readonly dialect: PolicyDialect }
type Compile = (
  kind: PolicyKind,
  text: CompileText,
  shape?: ResourceShape,
  id?: string,
) => AttestationPolicy | ResourceRules

const MAX_COMPILED = 256

/** Compiles each text once. */
function createCompiler(): Compile {
  const done = new Map<string, AttestationPolicy | ResourceRules>()
  return (kind, { id: own, text, dialect }, shape, id = own ?? '') => {
    const key = [kind, id, dialect, shape ?? '', text].join('\n')
    let rules = done.get(key)
    if (rules === undefined) {
      rules =
        kind === 'resource'
          ? compileResourcePolicy({ id, text, dialect }, shape)
          : compileAttestationPolicy({ id, text, dialect })
      if (done.size >= MAX_COMPILED) done.clear()
      done.set(key, rules)
    }
    return rules
  }
}
