/** Writing policies, and the ones that stand in where nobody wrote any. */
import { INTEL_CLASSES } from '@veritee/evidence/dcap/claims'
import { findIntelClass } from '../classes.ts'
import type { IntelPolicy, JsonObject } from '../types.ts'

/** Policies as a text that people edit, hexadecimal values in Intel's order. Signatures are not part of it. */
export function writeIntelPolicies(policies: readonly IntelPolicy[]): string {
  const entries = policies.map(({ environment, reference }) => ({ environment, reference }))
  return `${JSON.stringify({ policy_array: entries }, undefined, 2)}\n`
}

/** A policy from its parts. */
export function createIntelPolicy(classId: string, reference: JsonObject, description?: string): IntelPolicy {
  const text = description ?? `Policy for ${findIntelClass(classId)?.name ?? 'an unknown class'}`
  return { classId, environment: { class_id: classId, description: text }, reference }
}

/** How the built-in policies describe themselves. */
export const DEFAULT_POLICY_DESCRIPTION = 'Default strict policy'

const DEFAULT_REFERENCE: JsonObject = { accepted_tcb_status: ['UpToDate'], collateral_grace_period: 0 }

/**
 * The built-in strict policy of a class: up to date, nothing expired. Enclaves and TDs have none, because nobody but their
 * owner can say what they must be.
 */
export function findDefaultPolicy(classId: string): IntelPolicy | undefined {
  const kind = findIntelClass(classId)?.kind
  if (kind !== 'platform' && kind !== 'quoting-enclave') return undefined
  return createIntelPolicy(classId, DEFAULT_REFERENCE, DEFAULT_POLICY_DESCRIPTION)
}

/** True for a policy that nobody signed and that is the built-in one of its class, value for value. */
export function isDefaultPolicy({ classId, environment, reference, signature, signingKey }: IntelPolicy): boolean {
  const built = findDefaultPolicy(classId)
  return (
    built !== undefined &&
    signature === undefined &&
    signingKey === undefined &&
    environment['description'] === DEFAULT_POLICY_DESCRIPTION &&
    JSON.stringify(reference) === JSON.stringify(built.reference)
  )
}

/** The guide's policy for a tenant TD: protected, not debuggable. */
export function createTenantPolicy(): IntelPolicy {
  return createIntelPolicy(
    INTEL_CLASSES.tdx15Application,
    {
      tdx_attributes: '0000000010000000',
      '#NOTE': '0000000010000000 means NO_DEBUG and SEPT_VE_DISABLE; hexadecimal is written last byte first',
    },
    'Application TD TCB 1.5',
  )
}
