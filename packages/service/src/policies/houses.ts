/** The policies of the house, which judge by reference values where an operator has none. */
import {
  type AttestationPolicy,
  compileAttestationPolicy,
  DEFAULT_CPU_POLICY,
  DEFAULT_DEVICE_POLICY,
} from '@veritee/appraisal/policy'

const TEXTS = { cpu: DEFAULT_CPU_POLICY, gpu: DEFAULT_DEVICE_POLICY } as const
const compiled = new Map<keyof typeof TEXTS, AttestationPolicy>()

/** The one for machines or the one for devices, `default_cpu` or `default_gpu`. */
export function findHousePolicy(kind: 'cpu' | 'gpu'): AttestationPolicy {
  const policy = compiled.get(kind) ?? compileAttestationPolicy({ id: `default_${kind}`, text: TEXTS[kind] })
  compiled.set(kind, policy)
  return policy
}

/** Tells whether a policy is one of them. */
export function isHousePolicy(policy: AttestationPolicy): boolean {
  return [...compiled.values()].includes(policy)
}
