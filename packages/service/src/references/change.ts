/** One change of a set, worked out without touching the store. */
import { AppraisalError } from '@veritee/appraisal'
import {
  type ChangeContext,
  changeReferences,
  EMPTY_STATE,
  type ReferenceRecord,
  type ReferenceState,
} from '@veritee/appraisal/references'
import { canonicalizeJson } from '@veritee/codec/json'
import { digestSet, encodeChange } from './document.ts'
import type { ReferenceSet, SetChange, SetDescription, SetVersion } from './types.ts'

/** A set before anything was written to it. */
export function createEmptySet(name: string): ReferenceSet {
  return {
    name,
    version: 0,
    digest: digestSet(name, {}, []),
    changedAt: 0,
    changedBy: '',
    reason: '',
    state: EMPTY_STATE,
  }
}

/**
 * The set after a change, and the entry that tells of it.
 *
 * @param readRecords the records of an earlier version, for `restore`
 */
export async function changeSet(
  set: ReferenceSet,
  change: SetChange,
  context: ChangeContext,
  readRecords: (version: number) => Promise<ReadonlyMap<string, ReferenceRecord>>,
): Promise<{ set: ReferenceSet; version: SetVersion }> {
  const description = change.operation === 'describe' ? describe(set, change) : descriptionOf(set)
  const state = await changeState(set, change, context, readRecords)
  const number = set.version + 1
  const digest = digestSet(set.name, description, state.records.values())
  const { now, by, reason } = context
  return {
    set: { name: set.name, ...description, version: number, digest, changedAt: now, changedBy: by, reason, state },
    version: {
      set: set.name,
      version: number,
      digest,
      at: now,
      by,
      reason,
      operation: change.operation,
      description,
      changes: listChanges(set.state, state),
      revoked: missingFrom(set.state, state),
      reinstated: missingFrom(state, set.state),
    },
  }
}

async function changeState(
  set: ReferenceSet,
  change: SetChange,
  context: ChangeContext,
  readRecords: (version: number) => Promise<ReadonlyMap<string, ReferenceRecord>>,
): Promise<ReferenceState> {
  if (change.operation === 'describe') return set.state
  if (change.operation !== 'restore') return changeReferences(set.state, change, context)
  const records = await readRecords(change.version)
  return changeReferences(set.state, { operation: 'replace-all', records: [...records.values()] }, context)
}

function descriptionOf({ tee, description, expiresAt }: SetDescription): SetDescription {
  return {
    ...(tee === undefined ? {} : { tee }),
    ...(description === undefined ? {} : { description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

function describe(set: ReferenceSet, change: SetChange & { operation: 'describe' }): SetDescription {
  const { tee = set.tee, description = set.description, expiresAt = set.expiresAt } = change
  return {
    ...(tee === undefined || tee === null ? {} : { tee }),
    ...(description === undefined || description === null ? {} : { description }),
    ...(expiresAt === undefined || expiresAt === null ? {} : { expiresAt }),
  }
}

function listChanges(before: ReferenceState, after: ReferenceState): SetVersion['changes'] {
  const names = [...new Set([...before.records.keys(), ...after.records.keys()])].sort()
  return names.flatMap((name) => {
    const [old, made] = [before.records.get(name), after.records.get(name)]
    if (old === made) return []
    const change = {
      name,
      ...(old === undefined ? {} : { before: old }),
      ...(made === undefined ? {} : { after: made }),
    }
    const encoded = encodeChange(change)
    const same =
      old !== undefined && made !== undefined && canonicalizeJson(encoded.before) === canonicalizeJson(encoded.after)
    return same ? [] : [change]
  })
}

/** Revocations that `after` has and `before` has not. */
function missingFrom(before: ReferenceState, after: ReferenceState): SetVersion['revoked'] {
  return after.revocations
    .filter((one) => !before.revocations.includes(one))
    .map(({ name, value }) => ({ name, value }))
}

/** @throws AppraisalError REFERENCE_VERSION_CONFLICT */
export function checkExpectedVersion(set: ReferenceSet, expected: number | undefined): void {
  if (expected === undefined || expected === set.version) return
  throw new AppraisalError('REFERENCE_VERSION_CONFLICT', undefined, {
    details: { path: 'version', expected, actual: set.version },
  })
}
