import { BrokerError } from '@veritee/broker'
import type { ResourcePolicy } from '@veritee/broker/resources'
import type { Claims } from '@veritee/evidence/result'

/**
 * Passes when the policy releases a resource to whoever has these claims.
 *
 * @param name `repository/type/tag`
 * @param query of the request, which policies may look at
 * @throws BrokerError BROKER_RESOURCE_DENIED with the findings of the policy
 */
export async function requireRelease(
  policy: ResourcePolicy,
  name: string,
  claims: Claims,
  query: Readonly<Record<string, string>>,
): Promise<void> {
  const { allowed, findings } = await policy.decide({
    claims,
    plugin: 'resource',
    segments: name.split('/'),
    query,
  })
  if (allowed) return
  const [cause] = findings
  throw new BrokerError('BROKER_RESOURCE_DENIED', undefined, {
    details: {
      ...(cause === undefined ? {} : { path: cause.path, expected: cause.expected, actual: cause.actual }),
      findings,
      policy: policy.id,
    },
  })
}
