/** Certificates of attestation keys of TPMs, as key brokers give them. */
import type { Gate } from '../access/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Face } from '../http/index.ts'
import { openTpmAuthority } from './authority.ts'
import { createTpmAuthorityFace } from './tpm-authority-face.ts'

/** The faces of the authority, and what is to be said of it at the start; none where the configuration has no authority. */
export function openTpmAuthorityFaces(
  { tpmAuthority }: ServiceConfig,
  { gate, now }: { readonly gate: Gate; readonly now: () => number },
): { readonly faces: readonly Face[]; readonly notices: readonly string[] } {
  if (tpmAuthority === undefined) return { faces: [], notices: [] }
  const authority = openTpmAuthority(tpmAuthority, now())
  return { faces: [createTpmAuthorityFace({ authority, gate, now })], notices: authority.notices }
}
