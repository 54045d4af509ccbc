import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { Claims } from '@veritee/evidence/result'

/** Where each kind of evidence says which piece of hardware it is from. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  tdx: ['platform_provider_id', 'platform_instance_id'],
  sgx: ['platform_provider_id', 'platform_instance_id'],
  snp: ['chip_id'],
  csv: ['serial_number'],
  tpm: ['ak_digest'],
  hygontpm: ['ak_digest'],
  'az-snp-vtpm': ['chip_id'],
  'az-tdx-vtpm': ['platform_provider_id', 'platform_instance_id'],
  nvidia: ['uuid'],
  enclave: ['module_id'],
}

/**
 * A name for the hardware that genuine evidence is from, such as `tdx-5f0c…`: a digest, because the identifiers themselves
 * follow an owner around. Undefined where the evidence does not say.
 */
export function nameMachine(tee: string, claims: Claims): string | undefined {
  const own = (claims as Record<string, unknown>)[tee]
  if (typeof own !== 'object' || own === null) return undefined
  const parts = (IDENTITIES[tee] ?? []).map((name) => (own as Record<string, unknown>)[name])
  const known = parts.filter((part): part is string => typeof part === 'string' && /[^0]/.test(part))
  if (known.length === 0) return undefined
  return `${tee}-${encodeHex(digest('sha256', encodeUtf8(JSON.stringify(known)))).slice(0, 24)}`
}

/** The machine that a token of this service is about; undefined where its claims do not say. */
export function nameTokenMachine(claims: Claims): string | undefined {
  const submods = (claims as { submods?: Record<string, Record<string, unknown>> }).submods
  const evidence = submods?.['cpu0']?.['ear.veraison.annotated-evidence'] as Claims | undefined
  if (evidence === undefined) return undefined
  for (const tee of Object.keys(IDENTITIES)) {
    const name = nameMachine(tee, evidence)
    if (name !== undefined) return name
  }
  return undefined
}
