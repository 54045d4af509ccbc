/** Algorithm and curve identifiers (TPM 2.0 Library, Part 2, sections 6.3 and 6.4). */
import { TpmError } from '../codes.ts'

export const TPM_ALG = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  null: 0x0010,
  sm3: 0x0012,
  sm4: 0x0013,
  rsassa: 0x0014,
  rsaes: 0x0015,
  rsapss: 0x0016,
  oaep: 0x0017,
  ecdsa: 0x0018,
  sm2: 0x001b,
  ecc: 0x0023,
  cfb: 0x0043,
} as const

/** Hashes that a PCR bank or a signature may use here. */
export type TpmHash = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sm3'

const HASHES: Readonly<Record<number, TpmHash>> = {
  [TPM_ALG.sha1]: 'sha1',
  [TPM_ALG.sha256]: 'sha256',
  [TPM_ALG.sha384]: 'sha384',
  [TPM_ALG.sha512]: 'sha512',
  [TPM_ALG.sm3]: 'sm3',
}

/** Digest sizes in bytes. */
export const HASH_BYTES: Readonly<Record<TpmHash, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64, sm3: 32 }

/** Curves by identifier; SM2 is known by name and verified by its own equation. */
export const CURVES: Readonly<Record<number, 'P-256' | 'P-384' | 'SM2'>> = { 3: 'P-256', 4: 'P-384', 32: 'SM2' }

/** @throws EvidenceError TPM_ALGORITHM_UNSUPPORTED */
export function hashOf(identifier: number, path: string): TpmHash {
  const hash = HASHES[identifier]
  if (hash === undefined) throw unsupported(path, Object.values(HASHES), identifier)
  return hash
}

/** Identifier of a hash. */
export function identifierOfHash(hash: TpmHash): number {
  return TPM_ALG[hash]
}

export function unsupported(path: string, expected: unknown, identifier: number): TpmError {
  return new TpmError('TPM_ALGORITHM_UNSUPPORTED', undefined, {
    details: { path, expected, actual: `0x${identifier.toString(16).padStart(4, '0')}` },
  })
}
