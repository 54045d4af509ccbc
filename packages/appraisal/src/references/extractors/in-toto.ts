import type { PublicKey } from '@veritee/codec/signature'
import { parseBundle } from '../in-toto/bundle.ts'
import { verifySupplyChain } from '../in-toto/verify.ts'
import type { ReferenceRecord } from '../record/types.ts'

/**
 * Records of what a supply chain delivers: one for each product of its last step, named by its path. The layout's owner is
 * the one whose keys lie in the bundle; with `keys` given, those must be among them.
 */
export async function extractInToto(
  payload: string,
  expiresAt: number,
  keys: readonly PublicKey[],
  now: number,
): Promise<ReferenceRecord[]> {
  const products = await verifySupplyChain(parseBundle(payload), keys, now)
  return [...products].map(([name, digests]) => ({
    name,
    expiresAt,
    content: { kind: 'digests', digests: [...digests].map(([algorithm, value]) => ({ algorithm, value })) },
  }))
}
