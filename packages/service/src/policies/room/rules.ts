import { ServiceError } from '../../errors.ts'
import type { PolicyDraft, PolicyHead, PolicyKind } from '../types.ts'

/** The id of the resource policy that other programs set without naming one. */
export const RESOURCE_POLICY_ID = 'resource-policy'
/** The attestation policy that is asked for where nobody names one. */
export const DEFAULT_POLICY_ID = 'default'
const EVERYWHERE: readonly string[] = ['*']

/** The kind of a policy that is a file. */
export function kindOfFile(id: string): PolicyKind {
  return id === RESOURCE_POLICY_ID ? 'resource' : 'attestation'
}

/** Where a policy holds that says nothing about it. */
export function scopesOf(kind: PolicyKind): readonly string[] {
  return kind === 'resource' ? EVERYWHERE : []
}

/** @throws ServiceError SERVICE_POLICY_CONFLICT for an id of the other kind, also where that is only reserved */
export function expectKind(before: PolicyHead | undefined, { id, kind }: PolicyDraft, hasFile: boolean): void {
  const reserved = hasFile || id === DEFAULT_POLICY_ID || id === RESOURCE_POLICY_ID
  const expected = before?.kind ?? (reserved ? kindOfFile(id) : kind)
  if (expected === kind) return
  throw new ServiceError('SERVICE_POLICY_CONFLICT', `The policy ${id} is of the kind ${expected}.`, {
    details: { path: 'kind', expected, actual: kind },
  })
}

/** @throws ServiceError SERVICE_POLICY_OUTDATED */
export function expectBase(before: PolicyHead | undefined, { expectedVersion }: PolicyDraft): void {
  const newest = before?.latestVersion ?? 0
  if (expectedVersion === undefined || expectedVersion === newest) return
  throw new ServiceError('SERVICE_POLICY_OUTDATED', undefined, {
    details: { path: 'if-match', expected: newest, actual: expectedVersion },
  })
}

export function unknownPolicy(id: string): ServiceError {
  return new ServiceError('SERVICE_POLICY_UNKNOWN', `There is no policy ${id}.`, {
    details: { path: 'id', actual: id },
  })
}

export function unknownVersion(id: string, version: number | undefined): ServiceError {
  return new ServiceError(
    'SERVICE_POLICY_VERSION_UNKNOWN',
    version === undefined ? `Nothing was in force under ${id} before.` : undefined,
    { details: { path: 'version', ...(version === undefined ? {} : { actual: version }), policy: id } },
  )
}

/** The policy with another version in force. What was taken out of force keeps what it was then as the one before. */
export function bringIntoForce(before: PolicyHead, version: number, at: number): PolicyHead {
  const { activeVersion, activeFrom: _, ...rest } = before
  if (version === activeVersion) return before
  return {
    ...rest,
    activeVersion: version,
    activeSince: at,
    ...(activeVersion === undefined ? {} : { previousVersion: activeVersion }),
  }
}
