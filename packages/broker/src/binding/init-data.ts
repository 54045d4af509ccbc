/** Init data: configuration that the host gives a machine, and that its evidence names by digest. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { BINDING_HASHES } from '../protocol/types.ts'
import { hashBinding } from './hash.ts'

/**
 * Digests of init data, over the exact bytes of its text, by every algorithm that it may name. Evidence proves the text
 * if its field (`mr_config_id`, `HOST_DATA`, …) is one of them with zeros behind it: whichever it is, nobody can make
 * another text with that digest, so the algorithm named inside the text need not be believed.
 */
export function digestInitData(body: string): readonly Uint8Array[] {
  const bytes = encodeUtf8(body)
  return BINDING_HASHES.map((hash) => hashBinding(hash, bytes))
}
