/** Checks on a TD. */
import { TD_UNTRUSTED_ATTRIBUTES } from '@veritee/evidence/dcap/attributes'
import { createEqualRule, createMaskedRule } from './fields.ts'
import { type Rule, type RuleOutcome, type RuleSubject, withOriginal } from './rule.ts'

const attributesRule = createMaskedRule(
  {
    name: 'td_attributes_check',
    key: 'tdx_attributes',
    meaning: 'The attributes of the TD, DEBUG among them, are those the policy requires.',
  },
  'low-half',
)

/** Registers compared digit by digit: the part of the name, and what the register holds. */
const REGISTERS = {
  mrconfigid: 'The configuration that the host set when it made the TD (MRCONFIGID) is what the policy names.',
  mrowner: 'The owner of the TD (MROWNER) is what the policy names.',
  mrownerconfig: 'The configuration of the owner (MROWNERCONFIG) is what the policy names.',
  mrtd: 'The initial memory of the TD, its firmware (MRTD), measures to what the policy names.',
  rtmr0: 'The firmware configuration (RTMR0) measures to what the policy names.',
  rtmr1: 'Boot loader and kernel (RTMR1) measure to what the policy names.',
  rtmr2: 'Kernel command line and initrd (RTMR2) measure to what the policy names.',
  rtmr3: 'What applications measured (RTMR3) is what the policy names.',
  mrservicetd: 'The service TDs bound to the TD (MRSERVICETD) are those the policy names.',
} as const

export const TD_RULES: readonly Rule[] = [
  {
    ...attributesRule,
    evaluate: (subject) =>
      subject.reference['tdx_attributes'] === undefined && subject.reference['tdx_attributes_mask'] === undefined
        ? appraiseOpenness(subject)
        : attributesRule.evaluate(subject),
  },
  createMaskedRule(
    {
      name: 'td_xfam_check',
      key: 'tdx_xfam',
      meaning: 'The processor features the TD may use are what the policy names.',
    },
    'ones',
  ),
  ...Object.entries(REGISTERS).map(([register, meaning]) =>
    createEqualRule({ name: `td_${register}_check`, key: `tdx_${register}`, meaning }),
  ),
]

/** A policy that says nothing of attributes does not thereby accept a TD that its host can look into. */
function appraiseOpenness({ measurement }: RuleSubject): RuleOutcome {
  const attributes = measurement['tdx_attributes']
  const isReadable = typeof attributes === 'string' && /^[0-9a-fA-F]{16}$/.test(attributes)
  const passed = isReadable && (BigInt(`0x${attributes}`) & TD_UNTRUSTED_ATTRIBUTES) === 0n
  const expected = 'no DEBUG or profiling attribute (the policy names no attributes)'
  return withOriginal(
    { passed, expected, actual: attributes ?? 'absent' },
    true,
    'Without tdx_attributes the original accepts any TD, debug TDs included.',
  )
}
