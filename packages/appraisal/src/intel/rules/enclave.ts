/** Checks on an enclave. The misspelling in the first name is the framework's own. */
import { createEqualRule, createMaskedRule, createNumberRule } from './fields.ts'
import { type Rule, withOriginal } from './rule.ts'

const familyRule = createEqualRule({
  name: 'sgx_isvfamilyid_check',
  key: 'sgx_isvfamilyid',
  meaning: 'The enclave belongs to the product family the policy names.',
})

const attributesRule = createMaskedRule(
  {
    name: 'sgx_attributes_check',
    key: 'sgx_attributes',
    meaning: 'The attributes of the enclave, DEBUG among them, are those the policy requires.',
  },
  'refuse',
)

export const ENCLAVE_RULES: readonly Rule[] = [
  createMaskedRule(
    {
      name: 'sgx_miscselcect_check',
      key: 'sgx_miscselect',
      meaning: 'MISCSELECT of the enclave is what the policy names.',
    },
    'refuse',
  ),
  {
    ...attributesRule,
    evaluate(subject) {
      const { reference, measurement } = subject
      if (reference['sgx_attributes'] !== undefined && reference['sgx_attributes_mask'] !== undefined) {
        return attributesRule.evaluate(subject)
      }
      const expected = 'a policy with sgx_attributes and sgx_attributes_mask'
      return { passed: false, expected, actual: measurement['sgx_attributes'] ?? 'absent' }
    },
  },
  createMaskedRule(
    {
      name: 'sgx_ce_attributes_check',
      key: 'sgx_ce_attributes',
      meaning: 'The attributes of the configuration enclave are what the policy names. No report carries them yet.',
    },
    'refuse',
  ),
  createEqualRule({
    name: 'sgx_mrenclave_check',
    key: 'sgx_mrenclave',
    meaning: 'The enclave measures to what the policy names.',
  }),
  createEqualRule({
    name: 'sgx_mrsigner_check',
    key: 'sgx_mrsigner',
    meaning: 'The enclave is signed by the signer the policy names.',
  }),
  createNumberRule({
    name: 'sgx_isvprod_id_check',
    key: 'sgx_isvprodid',
    meaning: 'The enclave is the product the policy names.',
  }),
  createNumberRule({
    name: 'sgx_isvsvn_check',
    key: 'sgx_isvsvn_min',
    meaning: 'The security version of the enclave is not below the policy’s.',
  }),
  createEqualRule({
    name: 'sgx_configid_check',
    key: 'sgx_configid',
    meaning: 'The configuration id of the enclave is what the policy names.',
  }),
  createNumberRule({
    name: 'sgx_configsvn_check',
    key: 'sgx_configsvn_min',
    meaning: 'The configuration security version is not below the policy’s.',
  }),
  createEqualRule({
    name: 'sgx_isvextprodid_check',
    key: 'sgx_isvextprodid',
    meaning: 'The extended product id is what the policy names.',
  }),
  {
    ...familyRule,
    evaluate(subject) {
      const outcome = familyRule.evaluate(subject)
      const { sgx_isvfamilyid: expected } = subject.reference as { sgx_isvfamilyid?: unknown }
      if (typeof expected !== 'string') return outcome
      const original = outcome.passed && expected === expected.toLowerCase()
      return withOriginal(
        outcome,
        original,
        'The original lower-cases the report alone, so capital digits never match.',
      )
    },
  },
]
