/** What policies ask for, and what became of it, in plain words. */
import { checkReport } from '../appraise.ts'
import { findIntelClass } from '../classes.ts'
import type { IntelResult } from '../result/types.ts'
import { listRules } from '../rules/index.ts'
import type { IntelCheck, IntelPolicy, IntelVerdict } from '../types.ts'
import { listReferenceKeys } from './reference-keys.ts'

const NANOSECONDS = 1_000_000_000n

/** One check, and what a policy demands of it. */
export interface PolicyDemand {
  readonly check: string
  readonly meaning: string
  /** The keys it reads that the policy has, with their values. */
  readonly asked: { readonly [key: string]: unknown }
  /** The keys it reads that the policy leaves out. */
  readonly open: readonly string[]
}

/** One policy, check by check. */
export interface PolicyExplanation {
  readonly classId: string
  readonly className: string
  readonly description: string
  readonly demands: readonly PolicyDemand[]
}

/** Says of each check what the policy demands of it. */
export function explainPolicy({ classId, environment, reference }: IntelPolicy): PolicyExplanation {
  const { name, kind } = findIntelClass(classId)!
  const keys = listReferenceKeys(kind)
  return {
    classId,
    className: name,
    description: String(environment['description'] ?? environment['Description'] ?? ''),
    demands: listRules(kind).map((rule) => {
      const known = rule.keys.filter((key) => keys.some((candidate) => candidate.name === key))
      return {
        check: rule.name,
        meaning: rule.meaning,
        asked: Object.fromEntries(
          known.filter((key) => reference[key] !== undefined).map((key) => [key, reference[key]]),
        ),
        open: known.filter((key) => reference[key] === undefined),
      }
    }),
  }
}

/** One report of a result, explained. */
export interface ResultExplanation {
  readonly classId: string
  readonly className: string
  readonly verdict: IntelVerdict
  /** Made again from the report and the policy inside the result; empty where there is no policy. */
  readonly checks: readonly IntelCheck[]
  /** Checks whose outcome in the result is not the one found here, such as of an engine that judges otherwise. */
  readonly disputed: readonly string[]
}

/** Makes the checks of a result again, with what each expected and what came. */
export function explainResult({ reports, checkDate }: IntelResult): readonly ResultExplanation[] {
  const now = Number(checkDate / NANOSECONDS)
  return reports.map(({ verdict, report, policy, detailed = [] }) => {
    const known = findIntelClass(policy?.classId ?? report.environment['class_id'])
    if (known === undefined) return { classId: '', className: 'unknown class', verdict, checks: [], disputed: [] }
    const checks = policy === undefined ? [] : checkReport(known, policy.reference, report.measurement, now)
    const stated = Object.assign({}, ...detailed) as Record<string, boolean>
    const disputed = checks
      .filter(({ id, result }) => stated[id] !== undefined && stated[id] !== (result === 'pass'))
      .map(({ id }) => id)
    return { classId: known.id, className: known.name, verdict, checks, disputed }
  })
}
