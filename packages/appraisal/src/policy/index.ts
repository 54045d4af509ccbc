/** Policies in Rego over the claims of genuine evidence, and over the claims of tokens. */
export {
  type AttestationPolicy,
  compileAttestationPolicy,
  compileResourcePolicy,
  type PolicyDialect,
  type PolicyText,
  type ResourceRules,
} from './compile.ts'
export { DEFAULT_CPU_POLICY, DEFAULT_DEVICE_POLICY } from './default-texts.ts'
export { evaluateAttestationPolicy, POLICY_LIMITS } from './evaluate.ts'
export { checkPolicyId } from './id.ts'
export { createPolicyInput, type PolicyEvidence } from './input.ts'
export { evaluateResourcePolicy, type ResourceQuestion, type ResourceVerdict } from './resource.ts'
export type { ResourceShape } from './text.ts'
export { writeClaimsAsTexts } from './texts.ts'
export type { PolicyContext, PolicyExtension, PolicyVerdict } from './types.ts'
