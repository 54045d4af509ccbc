/** Checks on what a platform is, beside its TCB. */
import { listTexts, NOT_ASKED, type Rule, type RuleOutcome, type RuleSubject, withOriginal } from './rule.ts'
import { createTcbRules } from './tcb.ts'

const ALLOWANCES = [
  {
    name: 'dynamic_platform_check',
    key: 'allow_dynamic_platform',
    property: 'is_dynamic_platform',
    meaning: 'Packages cannot be added to the platform later, unless the policy allows it.',
  },
  {
    name: 'cached_keys_check',
    key: 'allow_cached_keys',
    property: 'is_cached_keys_policy',
    meaning: 'The registration service does not cache platform keys, unless the policy allows it.',
    difference: 'The original reads a property that reports do not have, so allow_cached_keys never refuses.',
  },
  {
    name: 'smt_enabled_check',
    key: 'allow_smt_enabled',
    property: 'is_smt_enabled',
    meaning: 'Simultaneous multithreading is off, unless the policy allows it.',
    difference: 'The original reads a property that reports do not have, so allow_smt_enabled never refuses.',
  },
] as const

export const PLATFORM_RULES: readonly Rule[] = [
  ...createTcbRules(''),
  {
    name: 'platform_provider_id_check',
    meaning: 'The platform is one of those the policy names.',
    keys: ['accepted_platform_provider_ids'],
    evaluate: appraiseProvider,
  },
  ...ALLOWANCES.map(
    (allowance): Rule => ({
      name: allowance.name,
      meaning: allowance.meaning,
      keys: [allowance.key],
      evaluate: (subject) => appraiseAllowance(subject, allowance),
    }),
  ),
  {
    name: 'advisory_ids_check',
    meaning: 'None of the advisories that the policy rejects concerns the platform.',
    keys: ['rejected_advisory_ids'],
    evaluate: appraiseAdvisories,
  },
  {
    name: 'sgx_types_check',
    meaning: 'The memory protection of the platform is of a kind the policy accepts.',
    keys: ['accepted_sgx_types'],
    evaluate: appraiseSgxType,
  },
]

function appraiseProvider({ reference, measurement }: RuleSubject): RuleOutcome {
  const accepted = reference['accepted_platform_provider_ids']
  if (accepted === undefined) return NOT_ASKED
  const actual = measurement['platform_provider_id']
  const passed =
    typeof actual === 'string' && listTexts(accepted).some((id) => id.toLowerCase() === actual.toLowerCase())
  const outcome = { passed, expected: accepted, actual: actual ?? 'absent' }
  return withOriginal(outcome, false, 'The original never reports the platform id, so naming one always refuses.')
}

function appraiseAllowance(
  { reference, measurement }: RuleSubject,
  { key, property, ...rest }: { key: string; property: string; difference?: string },
): RuleOutcome {
  if (reference[key] === undefined) return NOT_ASKED
  const actual = measurement[property]
  const passed = reference[key] === true || actual !== true
  const expected = reference[key] === true ? 'either' : false
  // A platform of a single package does not have these properties: they are absent, and nothing is on.
  const outcome = { passed, expected, actual: actual ?? 'absent' }
  return rest.difference === undefined ? outcome : withOriginal(outcome, true, rest.difference)
}

function appraiseAdvisories({ reference, measurement }: RuleSubject): RuleOutcome {
  const rejected = listTexts(reference['rejected_advisory_ids']).map((id) => id.toUpperCase())
  if (rejected.length === 0) return NOT_ASKED
  const found = listTexts(measurement['advisory_ids']).filter((id) => rejected.includes(id.toUpperCase()))
  return { passed: found.length === 0, expected: `none of ${rejected.join(', ')}`, actual: found }
}

function appraiseSgxType({ reference, measurement }: RuleSubject): RuleOutcome {
  const accepted = reference['accepted_sgx_types']
  if (accepted === undefined) return NOT_ASKED
  const actual = measurement['sgx_types']
  const list: readonly unknown[] = Array.isArray(accepted) ? accepted : [accepted]
  const outcome = {
    passed: typeof actual === 'number' && list.includes(actual),
    expected: list,
    actual: actual ?? 'absent',
  }
  return withOriginal(
    outcome,
    false,
    'The original reads a property that reports do not have, so naming a type always refuses.',
  )
}
