import type { TrusteeKey } from './keys/key.ts'
import type { TrusteeSettings } from './settings.ts'

/** What is said at start about single values: the danger of each, and what is done instead. */
export function listWarnings(settings: TrusteeSettings, rows: readonly TrusteeKey[]): string[] {
  return [...settings.values].flatMap(([key, value]) => {
    const warning = findRow(rows, key)?.warning
    if (warning === undefined || warning.when?.(value) === false) return []
    return [`${settings.file} ${key}: ${warning.danger} ${warning.instead}`]
  })
}

/** One line for everything that has no counterpart here. */
export function listMoot(all: readonly (readonly [TrusteeSettings, readonly TrusteeKey[]])[]): string[] {
  const keys = all.flatMap(([settings, rows]) => {
    const moot = [...settings.values.keys()].filter((key) => findRow(rows, key)?.moot !== undefined)
    return moot.length === 0 ? [] : [`${settings.file} ${moot.join(', ')}`]
  })
  return keys.length === 0
    ? []
    : [`These keys have nothing to do here, docs/en/trustee.md says why: ${keys.join('; ')}.`]
}

/** The row of a key of a file, whichever place in a list it stands at. */
export function findRow(rows: readonly TrusteeKey[], key: string): TrusteeKey | undefined {
  const pattern = key.replaceAll(/\[\d+\]/g, '[]')
  return rows.find((row) => row.key === pattern)
}
