import { createStatusPolicy, type ResourcePolicy } from '@veritee/broker/resources'
import type { Finding } from '@veritee/evidence/result'
import type { ServiceConfig } from '../config/index.ts'

/**
 * The policy of a service: it releases to machines whose token has an accepted status. A machine that is genuine but whose
 * measurements nobody pinned has the status `warning`, and its refusal says what the operator can do.
 */
export function createReleasePolicy(release: ServiceConfig['release']): ResourcePolicy {
  const policy = createStatusPolicy({ statuses: release.statuses })
  return {
    id: policy.id,
    async decide(request) {
      // Flat tokens have no grades: this service makes them only for machines that are affirmed.
      if (request.claims['submods'] === undefined && Array.isArray(request.claims['evaluation-reports']))
        return { allowed: true, findings: [] }
      const { allowed, findings } = await policy.decide(request)
      const unpinned = findings.some(({ actual }) => actual === 'warning')
      return { allowed, findings: unpinned ? [...findings, UNPINNED] : findings }
    },
  }
}

const UNPINNED: Finding = {
  code: 'SERVICE_MEASUREMENT_UNPINNED',
  severity: 'error',
  path: 'expect',
  expected: 'expectations that pin a measurement',
  actual: 'absent',
  message: 'The machine is genuine, but this service was not told what it must measure to.',
  next: 'Have the operator give expectations with `expect` or put an attestation policy, or release without them by name: release.statuses = ["affirming", "warning"].',
}
