import type { ResourcePolicy } from '@veritee/broker/resources'
import type { Claims, Finding } from '@veritee/evidence/result'

/**
 * Holds secrets back from tokens that were made under other attestation policies than these. Whoever asks for a token chooses
 * its policies, so one that was put there for something else must not open secrets.
 *
 * @param ids of which one must stand behind every piece of evidence; `ID_cpu` and `ID_gpu` count as `ID`
 */
export function requirePolicies(ids: readonly string[], policy: ResourcePolicy): ResourcePolicy {
  const good = new Set(ids.flatMap((id) => [id, `${id}_cpu`, `${id}_gpu`]))
  return {
    id: policy.id,
    async decide(request) {
      const other = listAsked(request.claims).find((asked) => !asked.some((id) => good.has(id)))
      return other === undefined ? policy.decide(request) : { allowed: false, findings: [describe(other, ids)] }
    },
  }
}

interface Submod {
  readonly 'veritee.policies'?: readonly { readonly id: string }[]
  readonly 'ear.appraisal-policy-id'?: unknown
}

/** The policies that were asked about each piece of evidence. Tokens of other services name the first alone. */
function listAsked(claims: Claims): (readonly string[])[] {
  const { submods, 'evaluation-reports': reports } = claims as {
    submods?: Readonly<Record<string, Submod | null>>
    'evaluation-reports'?: readonly { readonly 'policy-id': string }[]
  }
  if (submods === undefined) {
    const asked = reports?.map((report) => report['policy-id']) ?? []
    return asked.length === 0 ? [] : [asked]
  }
  return Object.values(submods).map(
    (submod) => submod?.['veritee.policies']?.map(({ id }) => id) ?? [String(submod?.['ear.appraisal-policy-id'])],
  )
}

function describe(asked: readonly string[], ids: readonly string[]): Finding {
  return {
    code: 'SERVICE_RELEASE_POLICY_OTHER',
    severity: 'error',
    path: 'policies',
    expected: ids,
    actual: asked,
    message: `The token was made under the policy ${asked.join(', ')}, and secrets are released under ${ids.join(', ')} alone.`,
    next: 'Attest under one of these policies, or have the operator add the other one to `release.policies`.',
  }
}
