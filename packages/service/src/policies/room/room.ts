import { type AttestationPolicy, checkPolicyId, type ResourceRules } from '@veritee/appraisal/policy'
import { coversPath } from '../../access/index.ts'
import type { AuditLog } from '../../audit/index.ts'
import { ServiceError } from '../../errors.ts'
import type { Store, StoreAccess } from '../../store/index.ts'
import type { ActivePolicy, PolicyAuthor, PolicyDraft, PolicyHead, PolicyKind, PolicyVersion } from '../types.ts'
import { createPolicyCompiler } from './compiler.ts'
import { describePolicyChange, type PolicyChange } from './entries.ts'
import type { PolicyFiles } from './folder.ts'
import { createHandEdits } from './hand-edits.ts'
import { listHeads, listVersionRecords, readHead, readVersionRecord, writeChange } from './records.ts'
import {
  bringIntoForce,
  DEFAULT_POLICY_ID,
  expectBase,
  expectKind,
  kindOfFile,
  RESOURCE_POLICY_ID,
  scopesOf,
  unknownPolicy,
  unknownVersion,
} from './rules.ts'
import { createPolicySnapshot } from './snapshot.ts'

export interface PolicyRoomOptions {
  readonly store: Store
  readonly files: PolicyFiles
  /** Every change is written together with its entry. */
  readonly audit: AuditLog
  /** Epoch seconds. */
  readonly now: () => number
}

/** Policies of the service: versions in the store, texts in force there or in files. */
export interface PolicyRoom {
  /** All of them, ascending by id: in force, drafts, and those taken out of force. */
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
  put(draft: PolicyDraft, author: PolicyAuthor): Promise<PolicyVersion>
  /** Brings a version into force. */
  activate(id: string, version: number, author: PolicyAuthor): Promise<PolicyHead>
  /** Brings the text of an earlier version back, as a new version; without one, of the version that was in force before. */
  rollBack(id: string, version: number | undefined, author: PolicyAuthor): Promise<PolicyVersion>
  /** Takes a policy out of force. Its versions stay. @throws ServiceError SERVICE_POLICY_KEPT */
  delete(id: string, author: PolicyAuthor): Promise<void>
  /**
   * The first of these policies that is in force, compiled.
   *
   * @throws ServiceError SERVICE_POLICY_FILE for a file that does not compile
   */
  findAttestation(...ids: string[]): Promise<CompiledPolicy<AttestationPolicy> | undefined>
  /** Resource policies in force that say something about a path, compiled. */
  listResource(path: string): Promise<CompiledPolicy<ResourceRules>[]>
}

/** A policy in force, compiled. */
export interface CompiledPolicy<T> {
  readonly active: ActivePolicy
  readonly rules: T
}

/** What a change makes of a policy. */
interface Changed {
  readonly head: PolicyHead
  readonly version?: PolicyVersion
  readonly made?: boolean
}

export function createPolicyRoom({ store, files, audit, now }: PolicyRoomOptions): PolicyRoom {
  const compile = createPolicyCompiler()
  const readStored = createPolicySnapshot(store)
  const edits = createHandEdits({ store, audit, files, compile, now })

  const readActive = async (id: string): Promise<ActivePolicy | undefined> => {
    checkPolicyId(id, 'id')
    return readFrom(await readStored(), id)
  }

  async function readFrom(all: ReadonlyMap<string, ActivePolicy>, id: string): Promise<ActivePolicy | undefined> {
    const stored = all.get(id)
    if (stored !== undefined && stored.head.kind !== kindOfFile(id)) return stored
    const file = files.read(id)
    return file === undefined ? stored : edits.settle(id, file, stored)
  }

  /** A file edited by hand is a version before another one follows it; one that is no policy does not become one. */
  async function observeFile(id: string): Promise<void> {
    await readActive(id).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'SERVICE_POLICY_FILE') throw error
    })
  }

  async function expectHead(id: string, access: StoreAccess = store): Promise<PolicyHead> {
    const head = await readHead(access, checkPolicyId(id, 'id'))
    if (head !== undefined) return head
    // A file that nothing was ever made of says itself what is wrong with it.
    if (access === store) await readActive(id)
    throw unknownPolicy(id)
  }

  async function expectVersion(id: string, version: number | undefined, access: StoreAccess): Promise<PolicyVersion> {
    const record = version === undefined ? undefined : await readVersionRecord(access, id, version)
    if (record !== undefined) return record
    throw unknownVersion(id, version)
  }

  /** Makes a change with its audit entry, and brings the file of the policy in line. */
  async function change(
    id: string,
    name: PolicyChange,
    author: PolicyAuthor,
    work: (access: StoreAccess, before: PolicyHead | undefined) => Promise<Changed>,
  ): Promise<Changed> {
    await observeFile(checkPolicyId(id, 'id'))
    const follows = name !== 'draft' && files.read(id) !== undefined
    if (follows) files.expectWritable(id)
    const changed = await audit.commit<Changed>(
      ({ head, version }) => describePolicyChange(author, name, head, version),
      async (access) => {
        const before = await readHead(access, id)
        if (before !== undefined) author.permits?.(before.kind, before.scopes)
        const after = await work(access, before)
        author.permits?.(after.head.kind, after.head.scopes)
        await writeChange(access, after.head, after.made ? after.version : undefined)
        return after
      },
    )
    if (follows) {
      edits.overtake(id)
      await readActive(id)
    }
    return changed
  }

  async function append(draft: PolicyDraft, author: PolicyAuthor, before: PolicyHead | undefined, restores?: number) {
    const { id, kind, text, dialect = 'auto', activate } = draft
    const shape = draft.shape ?? before?.shape
    const { hash } = compile(kind, { id, text, dialect, ...(shape === undefined ? {} : { shape }) })
    const made: PolicyVersion = {
      id,
      version: (before?.latestVersion ?? 0) + 1,
      text,
      dialect,
      hash,
      by: author.by,
      at: now(),
      reason: author.reason,
      ...(restores === undefined ? {} : { restores }),
    }
    const base = before ?? { id, kind, scopes: [], latestVersion: 0 }
    const head: PolicyHead = {
      ...(activate ? bringIntoForce(base, made.version, made.at) : base),
      scopes: draft.scopes ?? before?.scopes ?? scopesOf(kind),
      latestVersion: made.version,
      ...(shape === undefined ? {} : { shape }),
    }
    return { head, version: made, made: true }
  }

  const compileActive = (kind: PolicyKind, { head, text, dialect }: ActivePolicy) => {
    const { id, shape } = head
    return compile(kind, { id, text, dialect, ...(shape === undefined ? {} : { shape }) })
  }

  return {
    async list() {
      for (const id of files.listIds()) await observeFile(id)
      return listHeads(store)
    },
    async readHead(id) {
      await observeFile(checkPolicyId(id, 'id'))
      return expectHead(id)
    },
    readActive,
    listVersions: async (id, { limit, before }) => listVersionRecords(store, (await expectHead(id)).id, limit, before),
    readVersion: async (id, version) => expectVersion((await expectHead(id)).id, version, store),
    async put(draft, author) {
      const { id, kind, text, dialect = 'auto', shape, activate } = draft
      // What cannot be kept is found out before the store is held up by it.
      author.permits?.(kind, draft.scopes ?? [])
      compile(kind, { id, text, dialect, ...(shape === undefined ? {} : { shape }) })
      const { version } = await change(id, activate ? 'set' : 'draft', author, async (_, before) => {
        expectKind(before, draft, files.read(id) !== undefined)
        expectBase(before, draft)
        return append(draft, author, before)
      })
      return version as PolicyVersion
    },
    async activate(id, number, author) {
      const { head } = await change(id, 'activate', author, async (access) => {
        const before = await expectHead(id, access)
        const version = await expectVersion(id, number, access)
        const after = bringIntoForce(before, number, now())
        compileActive(after.kind, { ...version, head: after })
        return { head: after, version }
      })
      return head
    },
    async rollBack(id, number, author) {
      const { version } = await change(id, 'roll back', author, async (access) => {
        const before = await expectHead(id, access)
        const { text, dialect, version } = await expectVersion(id, number ?? before.previousVersion, access)
        return append({ id, kind: before.kind, text, dialect, activate: true }, author, before, version)
      })
      return version as PolicyVersion
    },
    async delete(id, author) {
      await change(id, 'delete', author, async (access) => {
        const { activeVersion, activeSince: _, activeFrom: __, ...rest } = await expectHead(id, access)
        if (id === DEFAULT_POLICY_ID || files.read(id) !== undefined)
          throw new ServiceError('SERVICE_POLICY_KEPT', undefined, { details: { path: 'id', actual: id } })
        if (activeVersion === undefined) throw unknownPolicy(id)
        return { head: { ...rest, previousVersion: activeVersion } }
      })
    },
    async findAttestation(...ids) {
      for (const id of ids) checkPolicyId(id, 'id')
      const stored = await readStored()
      for (const id of ids) {
        const active = await readFrom(stored, id)
        if (active?.head.kind !== 'attestation') continue
        return { active, rules: compileActive('attestation', active) as AttestationPolicy }
      }
      return undefined
    },
    async listResource(path) {
      const stored = await readStored()
      const named = [...stored.values()].filter(({ head }) => head.kind === 'resource').map(({ head }) => head.id)
      const found = await Promise.all([...new Set([...named, RESOURCE_POLICY_ID])].map((id) => readFrom(stored, id)))
      return found
        .filter((active) => active !== undefined && coversPath(active.head.scopes, path))
        .map((active) => {
          const policy = active as ActivePolicy
          return { active: policy, rules: compileActive('resource', policy) as ResourceRules }
        })
    },
  }
}
