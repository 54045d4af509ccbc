/** Certificates of attestation keys of TPMs, as key brokers give them. */
import type { Gate } from '../access/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Face } from '../http/index.ts'
import { openTpmAuthority } from './authority.ts'
import { createTpmAuthorityFace } from './tpm-authority-face.ts'

/** The authority of a service, as it is reached; nothing where the configuration has none. */
export interface TpmAuthorityFaces {
  readonly faces: readonly Face[]
  /** Sentences about what is trusted only because the configuration says so. */
  readonly notices: readonly string[]
}

/** @throws ServiceError for a file of the authority that is wrong */
export function openTpmAuthorityFaces(
  { tpmAuthority }: ServiceConfig,
  { gate, now }: { readonly gate: Gate; readonly now: () => number },
): TpmAuthorityFaces {
  if (tpmAuthority === undefined) return { faces: [], notices: [] }
  const authority = openTpmAuthority(tpmAuthority, now())
  return { faces: [createTpmAuthorityFace({ authority, gate, now })], notices: authority.notices }
}
