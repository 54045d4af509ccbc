/** Names of TEEs: two spellings are in use, one is ours. */
import { BrokerError } from '../errors.ts'
import { TEE_NAMES, type TeeName } from './types.ts'

const KNOWN: ReadonlyMap<string, TeeName> = new Map(
  TEE_NAMES.flatMap((name): [string, TeeName][] => [
    [name, name],
    [name.replaceAll('-', ''), name],
  ]),
)

/** The canonical name of either spelling (`aztdxvtpm` and `az-tdx-vtpm`). Throws BROKER_TEE_UNKNOWN. */
export function parseTeeName(name: unknown, path: string = 'tee'): TeeName {
  const tee = typeof name === 'string' ? KNOWN.get(name) : undefined
  if (tee !== undefined) return tee
  throw new BrokerError('BROKER_TEE_UNKNOWN', undefined, {
    details: { path, expected: TEE_NAMES, actual: typeof name === 'string' ? name.slice(0, 64) : typeof name },
  })
}

/** The spelling without hyphens, which some services use as key of their claims. */
export function spellTeePlain(tee: TeeName): string {
  return tee.replaceAll('-', '')
}
