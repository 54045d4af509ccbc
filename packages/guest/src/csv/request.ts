import { concatBytes, encodeUtf8, u32le } from '@veritee/codec/bytes'
import { sm3 } from '@veritee/codec/sm'

const MAGIC = encodeUtf8('ATTESTATION_EXT\0')
/** Report version 2. */
const EXTENDED = 1

/**
 * What the secure processor is asked with: report data, nonce, SM3 of both; for a report of version 2 a magic word and
 * flags behind them (specification page csv-tpm-coco, section 1.9).
 *
 * @param reportData 64 bytes
 * @param mnonce 16 bytes
 */
export function encodeCsvRequest(reportData: Uint8Array, mnonce: Uint8Array, version: 1 | 2): Uint8Array {
  const asked = concatBytes(reportData, mnonce)
  return concatBytes(asked, sm3(asked), ...(version === 1 ? [] : [MAGIC, u32le(EXTENDED)]))
}
