/** Comparing reference values with flat claims by the ends of their names: what a refusal is explained by. */
import type { Claims, Finding } from '@veritee/evidence/result'
import type { PolicyReferences } from '../references/index.ts'

const MAX_FINDINGS = 32

/** Findings for reference values that no claim meets; empty where all are met. */
export function compareReferences(input: Claims, { data, lapsed }: PolicyReferences): Finding[] {
  const names = Object.keys(data)
  if (names.length === 0) return [NO_REFERENCES]
  const flat = Object.entries(input).filter(([, value]) => typeof value !== 'object' || value === null)
  return names
    .sort()
    .flatMap((name) => compareReference(name, data[name], flat, lapsed.includes(name)))
    .slice(0, MAX_FINDINGS)
}

/** No reference value at all: what compares with every one of them would compare with nothing, and accept any machine. */
export const NO_REFERENCES: Finding = {
  code: 'APPRAISAL_POLICY_REFERENCES_EMPTY',
  severity: 'error',
  path: 'data.reference',
  expected: 'at least one reference value',
  actual: 'none',
  message: 'The policy compares with every reference value, and none is registered: that would accept any machine.',
  next: 'Register what the machine must measure to, such as with `rvps-tool register --path FILE`.',
}

function compareReference(
  name: string,
  value: unknown,
  flat: readonly (readonly [string, unknown])[],
  lapsed: boolean,
): Finding[] {
  const accepted: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (accepted.length === 0) {
    return [
      {
        code: 'APPRAISAL_POLICY_REFERENCE_LAPSED',
        severity: 'error',
        path: name,
        expected: 'a value that is in force',
        actual: 'none',
        message: `${lapsed ? 'Every value' : 'No value is'} registered under ${name}${lapsed ? ' has lapsed or was revoked' : ''}.`,
        next: 'Register the value anew, or delete the name if nothing is to be compared with it.',
      },
    ]
  }
  const claims = flat.filter(([claim]) => claim.endsWith(name))
  const [claim] = claims
  if (claim === undefined) {
    return [
      {
        code: 'APPRAISAL_POLICY_REFERENCE_UNCLAIMED',
        severity: 'error',
        path: name,
        expected: accepted,
        actual: 'absent',
        message: `There is a reference value named ${name}, and the evidence claims nothing of that name.`,
        next: 'Send the event log with the evidence, or delete reference values that this machine cannot have.',
      },
    ]
  }
  if (claims.some(([, actual]) => accepted.includes(actual))) return []
  return [
    {
      code: 'APPRAISAL_POLICY_REFERENCE_MISMATCH',
      severity: 'error',
      path: `input["${claim[0]}"]`,
      expected: accepted,
      actual: claim[1],
      message: `${claim[0]} is ${JSON.stringify(claim[1])}, and no reference value named ${name} matches.`,
      next: 'Boot what was registered, or register what is to be accepted.',
    },
  ]
}
