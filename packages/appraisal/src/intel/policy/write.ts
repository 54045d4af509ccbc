/** Writing policies, and the ones that stand in where nobody wrote any. */
import { INTEL_CLASSES } from '@veritee/evidence/dcap/claims'
import { type HexByteOrder, reverseHex } from '../byte-order.ts'
import { findIntelClass, type IntelClassKind } from '../classes.ts'
import { writeJson } from '../json.ts'
import type { IntelPolicy, JsonObject } from '../types.ts'
import { listReferenceKeys } from './reference-keys.ts'
import { isHex } from './values.ts'

/**
 * Policies as a text that people edit. Hexadecimal values are written in the order named, and the text names it too where it
 * is not Intel's. Signatures are not part of it.
 */
export function writeIntelPolicies(policies: readonly IntelPolicy[], byteOrder: HexByteOrder = 'intel'): string {
  const entries = policies.map(({ classId, environment, reference }) => ({
    environment,
    reference: byteOrder === 'intel' ? reference : toMemoryOrder(findIntelClass(classId)!.kind, reference),
  }))
  const document = byteOrder === 'intel' ? { policy_array: entries } : { byteOrder, policy_array: entries }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function toMemoryOrder(kind: IntelClassKind, reference: JsonObject): JsonObject {
  const keys = listReferenceKeys(kind)
  return Object.fromEntries(
    Object.entries(reference).map(([name, value]) => {
      const { form } = keys.find((key) => key.name === name) ?? {}
      if (form === 'hex' && typeof value === 'string') return [name, reverseHex(value)]
      if (name !== 'accepted_platform_provider_ids' || !Array.isArray(value)) return [name, value]
      return [name, value.map((id) => (isHex(id) ? reverseHex(id) : id))]
    }),
  )
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
    writeJson(reference) === writeJson(built.reference)
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
