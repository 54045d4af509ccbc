import type { ServiceConfig } from './schema.ts'

/** Keys of the configuration that a reload brings into effect. */
const RELOADABLE: ReadonlySet<string> = new Set([
  'log',
  'expect',
  'collateral',
  'trustSimulatedRoots',
  'trustTpmAuthorities',
  'trustEnclaveRoots',
  'allowAttestationKeys',
  'enabledTees',
  'tls',
  'adminKeys',
  'adminTokenSeconds',
])

/** The keys of a new configuration that a reload does not bring into effect: they need a new start. */
export function listNeedingStart(before: ServiceConfig, after: ServiceConfig): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof ServiceConfig)[]
  return keys.filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]) && !isReloadable(key, before, after),
  )
}

/** A listener that speaks TLS gets another certificate; it neither begins nor ends to speak it. */
function isReloadable(key: keyof ServiceConfig, before: ServiceConfig, after: ServiceConfig): boolean {
  if (key === 'tls' && (before.tls === undefined) !== (after.tls === undefined)) return false
  return RELOADABLE.has(key)
}
