import { CollateralError } from './errors.ts'
import type { CollateralKey, PlatformSelector, TcbUpdate } from './types.ts'

/** Completes and normalises what a set is asked for with. Throws COLLATERAL_QUERY_INVALID. */
export function createKey(platform: PlatformSelector, update: TcbUpdate): CollateralKey {
  const { tee, ca } = platform
  const fmspc = String(platform.fmspc).toLowerCase()
  if (tee !== 'sgx' && tee !== 'tdx') throw invalid('tee', ['sgx', 'tdx'], tee)
  if (!/^[0-9a-f]{12}$/.test(fmspc)) throw invalid('fmspc', '12 hexadecimal digits', platform.fmspc)
  if (ca !== 'processor' && ca !== 'platform') throw invalid('ca', ['processor', 'platform'], ca)
  if (update !== 'standard' && update !== 'early') throw invalid('update', ['standard', 'early'], update)
  return { tee, fmspc, ca, update }
}

/** A key as text: `tdx-b0c06f000000-platform-standard`. */
export function nameKey({ tee, fmspc, ca, update }: CollateralKey): string {
  return `${tee}-${fmspc}-${ca}-${update}`
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError('COLLATERAL_QUERY_INVALID', undefined, { details: { path, expected, actual } })
}
