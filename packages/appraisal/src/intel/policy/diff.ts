/** What changed between two policies, and whether it makes them stricter. */

import { findIntelClass } from '../classes.ts'
import { parseIntelDate } from '../date.ts'
import { writeJson } from '../json.ts'
import type { IntelPolicy } from '../types.ts'
import { listReferenceKeys, type ReferenceKey } from './reference-keys.ts'

/** `stricter` accepts less than before, `looser` more, `other` something else. */
export type PolicyEffect = 'stricter' | 'looser' | 'other'

/** One change. */
export interface PolicyChange {
  readonly classId: string
  readonly className: string
  /** Absent where a whole policy came or went. */
  readonly key?: string
  /** What the key asks for, in plain words. */
  readonly meaning?: string
  /** Absent where there was none. */
  readonly before?: unknown
  readonly after?: unknown
  readonly effect: PolicyEffect
}

/** Every difference between two sets of policies, class by class and key by key; descriptions and `#` members aside. */
export function diffIntelPolicies(
  before: readonly IntelPolicy[],
  after: readonly IntelPolicy[],
): readonly PolicyChange[] {
  const ids = new Set([...before, ...after].map(({ classId }) => classId))
  return [...ids].flatMap((classId) => {
    const [left, right] = [before, after].map((list) => list.find((policy) => policy.classId === classId))
    const { name: className, kind } = findIntelClass(classId)!
    if (left === undefined || right === undefined) {
      const effect: PolicyEffect = left === undefined ? 'stricter' : 'looser'
      return [
        { classId, className, effect, ...describe('before', left?.reference), ...describe('after', right?.reference) },
      ]
    }
    const keys = listReferenceKeys(kind)
    const names = new Set([...Object.keys(left.reference), ...Object.keys(right.reference)])
    return [...names].flatMap((name): PolicyChange[] => {
      const [was, is] = [left.reference[name], right.reference[name]]
      if (name.startsWith('#') || isSame(was, is)) return []
      const key = keys.find((candidate) => candidate.name === name)
      return [
        {
          classId,
          className,
          key: name,
          ...(key === undefined ? {} : { meaning: key.meaning }),
          ...describe('before', was),
          ...describe('after', is),
          effect: key === undefined ? 'other' : findEffect(key, was, is),
        },
      ]
    })
  })
}

function describe(member: 'before' | 'after', value: unknown): { before?: unknown; after?: unknown } {
  return value === undefined ? {} : { [member]: value }
}

function isSame(left: unknown, right: unknown): boolean {
  const normal = (value: unknown): string => (value === undefined ? '' : writeJson(value)).toUpperCase()
  return normal(left) === normal(right)
}

/** Bigger grace periods and longer lists accept more; bigger minimums accept less. */
function findEffect(key: ReferenceKey, was: unknown, is: unknown): PolicyEffect {
  if (key.isMask === true) return 'other'
  const appeared = was === undefined
  if (appeared || is === undefined) {
    // Naming a grace period is leave to be late; an absent one is none, except for statuses, which have to be named.
    const loosens = key.form === 'seconds' || key.form === 'statuses'
    return appeared === loosens ? 'looser' : 'stricter'
  }
  if (key.form === 'seconds' || key.form === 'count') {
    if (typeof was !== 'number' || typeof is !== 'number' || key.name === 'sgx_isvprodid') return 'other'
    const grew = is > was
    return grew === (key.form === 'seconds') ? 'looser' : 'stricter'
  }
  if (key.form === 'date') return (parseIntelDate(is) ?? 0) > (parseIntelDate(was) ?? 0) ? 'stricter' : 'looser'
  if (key.form === 'flag') return is === true ? 'looser' : 'stricter'
  if (key.form === 'hex') return 'other'
  return compareLists(toSet(was), toSet(is), key.name.startsWith('rejected_'))
}

function compareLists(was: ReadonlySet<string>, is: ReadonlySet<string>, isRejection: boolean): PolicyEffect {
  const gained = [...is].some((item) => !was.has(item))
  const lost = [...was].some((item) => !is.has(item))
  if (gained === lost) return 'other'
  return gained === isRejection ? 'stricter' : 'looser'
}

function toSet(value: unknown): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return new Set(list.map((item) => String(item).toLowerCase()))
}
