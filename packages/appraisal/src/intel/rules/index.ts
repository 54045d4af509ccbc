/** The detailed checks of every kind of class (specification page, section 5.6). */
import type { IntelClassKind } from '../classes.ts'
import { ENCLAVE_RULES } from './enclave.ts'
import { PLATFORM_RULES } from './platform.ts'
import type { Rule } from './rule.ts'
import { createTcbRules } from './tcb.ts'
import { TD_RULES } from './td.ts'

export type { Rule, RuleOutcome, RuleSubject } from './rule.ts'

const RULES: Readonly<Record<IntelClassKind, readonly Rule[]>> = {
  platform: PLATFORM_RULES,
  'quoting-enclave': createTcbRules('td_qe_'),
  enclave: ENCLAVE_RULES,
  td: TD_RULES,
}

/** Every check on reports of this kind, in a fixed order. */
export function listRules(kind: IntelClassKind): readonly Rule[] {
  return RULES[kind]
}
