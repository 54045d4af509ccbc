/** Does the evidence name the init data that came with it? */
import { encodeHex } from '@veritee/codec/bytes'
import type { Finding } from '@veritee/evidence/result'
import { matchesField } from './freshness.ts'

/**
 * A finding unless the field proves one of the digests: by default each padded with zeros, or cut, to the field. Evidence
 * without such a field is refused.
 */
export function appraiseInitData(
  tee: string,
  field: Uint8Array | undefined,
  digests: readonly Uint8Array[],
  proves: (digest: Uint8Array) => boolean = (digest) =>
    field !== undefined && matchesField(field, digest.subarray(0, field.length)),
): Finding[] {
  if (field !== undefined && digests.some(proves)) return []
  return [
    {
      code: 'APPRAISAL_INIT_DATA_MISMATCH',
      severity: 'error',
      path: 'init_data',
      expected: digests.map(encodeHex),
      actual: field === undefined ? 'absent' : encodeHex(field),
      message:
        field === undefined
          ? `Evidence of ${tee} cannot prove init data.`
          : 'The evidence names other init data than came with it.',
      next: 'Launch the machine with this init data, or attest without it.',
    },
  ]
}
