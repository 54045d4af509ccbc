/** Resource policies in force, as the broker asks them. */
import { evaluateResourcePolicy } from '@veritee/appraisal/policy'
import type { ResourcePolicy } from '@veritee/broker/resources'
import { coversPath } from '../access/index.ts'
import type { PolicyRoom } from './room/room.ts'

export interface ScopedReleaseOptions {
  readonly room: PolicyRoom
  /** Decides where no policy covers a path. */
  readonly fallback: ResourcePolicy
  /** Epoch seconds. */
  readonly now: () => number
}

/**
 * The policies whose scope covers a path most closely decide, and all of these must allow. A path that none covers is left to
 * the fallback.
 */
export function createScopedRelease({ room, fallback, now }: ScopedReleaseOptions): ResourcePolicy {
  return {
    id: 'resource policies',
    async decide(request) {
      const path = request.segments.join('/')
      const policies = (await room.listResource(path)).map((policy) => ({
        ...policy,
        closeness: measureCloseness(policy.active.head.scopes, path),
      }))
      if (policies.length === 0) return fallback.decide(request)
      const closest = Math.max(...policies.map(({ closeness }) => closeness))
      const verdicts = policies
        .filter(({ closeness }) => closeness === closest)
        .map(({ rules }) => evaluateResourcePolicy(rules, { ...request, now: now(), clock: () => performance.now() }))
      return {
        allowed: verdicts.every(({ allowed }) => allowed),
        findings: verdicts.flatMap(({ allowed, findings }) => (allowed ? [] : findings)),
      }
    },
  }
}

/** How many segments of the path the closest scope names. */
function measureCloseness(scopes: readonly string[], path: string): number {
  const covering = scopes.filter((scope) => coversPath([scope], path))
  return Math.max(0, ...covering.map((scope) => (scope === '*' ? 0 : scope.split('/').length)))
}
