import { parseCoseSign1, verifyCoseSign1 } from '@veritee/codec/cose'
import { isCodedError } from '@veritee/codec/error'
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { bad, type CorimMeasurement, parseCorim, unwrapCorim } from '../corim/manifest.ts'
import { checkReferenceName, type Place, readBase64, within } from '../members.ts'
import type { ReferenceRecord } from '../record/types.ts'

const PLACE: Place = { code: 'REFERENCE_CORIM_INVALID', path: 'payload' }

/**
 * Records of a CoRIM in standard base64: digests under `VENDOR/MODEL/KEY/…/digests`, raw values in hexadecimal under
 * `…/raw_bytes`, of those identifiers that are there. A signed CoRIM must be signed by one of `keys`; for an unsigned one
 * whoever may register vouches. Outside its validity it is refused, and its values expire with it.
 *
 * @param now epoch seconds
 */
export async function extractCorim(
  payload: string,
  expiresAt: number,
  keys: readonly PublicKey[],
  now: number,
): Promise<ReferenceRecord[]> {
  const corim = parseCorim(await openCorim(readBase64(payload, PLACE), keys))
  const { notBefore = now, notAfter = expiresAt, measurements } = corim
  if (notBefore > now || notAfter <= now) throw bad('corim.validity', 'The manifest is not valid now.')
  const records = measurements.flatMap((measurement) => createRecords(measurement, Math.min(expiresAt, notAfter)))
  if (records.length === 0) throw bad('measurements', 'The manifest has neither digests nor raw values.')
  return records
}

/** The unsigned manifest inside. */
async function openCorim(wrapped: Uint8Array, keys: readonly PublicKey[]): Promise<Uint8Array> {
  const { bytes, signed } = unwrapCorim(wrapped)
  if (!signed) return bytes
  const message = within(PLACE, () => parseCoseSign1(bytes))
  for (const key of keys) {
    // A key of another curve than the message's algorithm is not its signer.
    const genuine = await verifyCoseSign1(message, key).catch((error: unknown) => {
      if (!isCodedError(error)) throw error
      return false
    })
    if (genuine) return message.payload
  }
  throw new AppraisalError('REFERENCE_SIGNATURE_UNTRUSTED', undefined, {
    details: { path: 'payload.signature', expected: `a signature by one of ${keys.length} trusted keys` },
  })
}

function createRecords({ identifiers, digests, raw }: CorimMeasurement, expiresAt: number): ReferenceRecord[] {
  const nameOf = (last: string) => checkReferenceName([...identifiers, last].join('/'), 'payload.measurement')
  return [
    ...(digests.length === 0
      ? []
      : [{ name: nameOf('digests'), expiresAt, content: { kind: 'digests' as const, digests } }]),
    ...(raw === undefined
      ? []
      : [{ name: nameOf('raw_bytes'), expiresAt, content: { kind: 'value' as const, value: raw } }]),
  ]
}
