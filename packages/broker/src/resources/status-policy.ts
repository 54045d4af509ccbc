/** The policy of a broker that was given none: release only to machines that the attestation affirms. */
import type { Finding } from '@veritee/evidence/result'
import type { ReleaseDecision, ReleaseRequest, ResourcePolicy } from './types.ts'

/** Statuses of an EAR, best first; `none` says nothing and is accepted by nobody. */
export type ReleaseStatus = 'affirming' | 'warning' | 'contraindicated'

export interface StatusPolicyOptions {
  /** Statuses that release; default `affirming` alone. */
  readonly statuses?: readonly ReleaseStatus[]
}

const PATH = 'submods'

/**
 * Makes a policy that releases when every submodule of an EAR token has an accepted status. A token without submodules,
 * such as one of another form, is denied.
 */
export function createStatusPolicy({ statuses = ['affirming'] }: StatusPolicyOptions = {}): ResourcePolicy {
  return { id: 'status', decide: (request) => decide(request, statuses) }
}

function decide({ claims }: ReleaseRequest, statuses: readonly string[]): ReleaseDecision {
  const submods = claims[PATH]
  const entries =
    typeof submods === 'object' && submods !== null && !Array.isArray(submods)
      ? Object.entries(submods as Record<string, unknown>)
      : []
  const findings =
    entries.length === 0
      ? [deny(PATH, 'at least one submodule', 'none', 'The token judges no part of the machine.')]
      : entries.flatMap(([name, submod]) => judgeSubmod(name, submod, statuses))
  return { allowed: findings.length === 0, findings }
}

function judgeSubmod(name: string, submod: unknown, statuses: readonly string[]): Finding[] {
  const status = (submod as { 'ear.status'?: unknown } | null)?.['ear.status']
  if (typeof status === 'string' && statuses.includes(status)) return []
  const actual = typeof status === 'string' ? status : 'absent'
  return [deny(`${PATH}.${name}.ear.status`, statuses, actual, `The attestation of ${name} is ${actual}.`)]
}

function deny(path: string, expected: unknown, actual: unknown, message: string): Finding {
  return {
    code: 'BROKER_RESOURCE_DENIED',
    severity: 'error',
    path,
    expected,
    actual,
    message,
    next: 'Read the findings of the attestation, and make the machine what the policy expects.',
  }
}
