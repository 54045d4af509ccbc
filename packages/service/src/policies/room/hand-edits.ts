/** Policy files that somebody edits by hand, beside versions that come through the API of this replica or another one. */
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { AuditLog } from '../../audit/index.ts'
import type { Store, StoreAccess } from '../../store/index.ts'
import type { ActivePolicy, PolicyHead, PolicyVersion } from '../types.ts'
import type { PolicyCompiler } from './compiler.ts'
import { describePolicyChange } from './entries.ts'
import { type PolicyFile, type PolicyFiles, unusable } from './folder.ts'
import { listVersionRecords, readHead, readVersionRecord, writeChange } from './records.ts'
import { bringIntoForce, kindOfFile, scopesOf } from './rules.ts'

const HISTORY = 200
/** After a change another replica may be so late in writing the text of the one before it. */
const LAG_SECONDS = 2

export interface HandEditsOptions {
  readonly store: Store
  readonly audit: AuditLog
  readonly files: PolicyFiles
  readonly compile: PolicyCompiler
  /** Epoch seconds. */
  readonly now: () => number
}

/** Files of policies and versions in the store, brought together. */
export interface HandEdits {
  /**
   * What is in force under an id that has a file. A text that the file did not hold before becomes a version, so that its
   * history is there too. A file that another change has overtaken gets the text of that change.
   *
   * @param stored what is in force by the store
   * @throws ServiceError SERVICE_POLICY_FILE for a file that cannot be read, does not compile, or cannot follow
   */
  settle(id: string, file: PolicyFile, stored: ActivePolicy | undefined): Promise<ActivePolicy>
  /** Notes that a change overtakes what the file holds now. */
  overtake(id: string): void
}

export function createHandEdits({ store, audit, files, compile, now }: HandEditsOptions): HandEdits {
  /** Digest of what this process last found or wrote in a file. */
  const seen = new Map<string, string>()

  /** The file holds what it held before the change that is in force now. */
  async function isOvertaken(
    access: StoreAccess,
    id: string,
    { changedAt }: PolicyFile,
    hash: string,
    { activeSince = 0, activeFrom }: PolicyHead,
  ): Promise<boolean> {
    const last = seen.get(id)
    if (last === hash) return true
    const isYoung = activeFrom !== 'file' && now() - activeSince <= LAG_SECONDS
    // What this process has not seen is judged by its age, unless another one may still be writing it.
    if (!isYoung && (last !== undefined || changedAt > activeSince)) return false
    return (await listVersionRecords(access, id, HISTORY)).some((version) => version.hash === hash)
  }

  /** Writes the text in force into the file; once more if another process brought in a newer one meanwhile. */
  async function bringInLine(id: string, { text, version }: PolicyVersion): Promise<void> {
    write(id, text)
    const { activeVersion = version } = (await readHead(store, id)) ?? {}
    const newer = activeVersion === version ? undefined : await readVersionRecord(store, id, activeVersion)
    if (newer !== undefined) write(id, newer.text)
  }

  /** Nothing may come between the file and the note of what it holds. */
  function write(id: string, text: string): void {
    files.write(id, text)
    seen.set(id, hashText(text))
  }

  return {
    overtake(id) {
      const file = files.read(id)
      if (file !== undefined) seen.set(id, hashText(file.text))
    },
    async settle(id, read, stored) {
      let file = read
      let hash = hashText(file.text)
      if (stored?.hash === hash) {
        seen.set(id, hash)
        return { ...stored, file: file.path }
      }
      const kind = kindOfFile(id)
      const { head, version } = await audit.commit(describeEdit, async (access) => {
        const before: PolicyHead = (await readHead(access, id)) ?? {
          id,
          kind,
          scopes: scopesOf(kind),
          latestVersion: 0,
        }
        // What the file held when it was read may have been overtaken since.
        file = files.read(id) ?? file
        hash = hashText(file.text)
        const active = before.activeVersion && (await readVersionRecord(access, id, before.activeVersion))
        if (active && (active.hash === hash || (await isOvertaken(access, id, file, hash, before))))
          return { head: before, version: active, recorded: false }
        compileFile(id, file, before)
        const made: PolicyVersion = {
          id,
          version: before.latestVersion + 1,
          text: file.text,
          dialect: 'auto',
          hash,
          by: `file ${file.path}`,
          at: file.changedAt,
          reason: 'The file was changed.',
        }
        const after: PolicyHead = {
          ...bringIntoForce(before, made.version, made.at),
          activeFrom: 'file',
          latestVersion: made.version,
        }
        await writeChange(access, after, made)
        return { head: after, version: made, recorded: true }
      })
      if (version.hash !== hash) await bringInLine(id, version)
      else seen.set(id, hash)
      const { dialect, at } = version
      return { head, version: version.version, text: version.text, hash: version.hash, dialect, at, file: file.path }
    },
  }

  function compileFile(id: string, { path, text }: PolicyFile, { kind, shape }: PolicyHead): void {
    try {
      compile(kind, { id, text, dialect: 'auto', ...(shape === undefined ? {} : { shape }) })
    } catch (cause) {
      throw unusable(path, cause)
    }
  }
}

function describeEdit({ head, version, recorded }: { head: PolicyHead; version: PolicyVersion; recorded: boolean }) {
  if (!recorded) return undefined
  const actor = { kind: 'service' as const, id: 'policy file' }
  return describePolicyChange({ actor, by: version.by, reason: version.reason }, 'file', head, version)
}

function hashText(text: string): string {
  return encodeHex(digest('sha384', encodeUtf8(text)))
}
