import { deriveBytes, type Seed } from '../crypto/seed.ts'
import {
  type AuthorityTemplate,
  certifiedKey,
  type PlatformTemplate,
  SM2_EXCHANGE,
  SM2_SIGNATURE,
  USAGE,
} from './certificates.ts'
import { deriveSm2Key, type Sm2Key } from './key.ts'

/** Every key of a world. */
export interface CsvKeys {
  readonly hrk: Sm2Key
  readonly hsk: Sm2Key
  readonly cek: Sm2Key
  readonly pek: Sm2Key
  /** The platform owner's. */
  readonly oca: Sm2Key
  /** For key exchange with the platform. */
  readonly pdh: Sm2Key
  /** A key that nothing in the world vouches for. */
  readonly stranger: Sm2Key
}

const LABELS = ['hrk', 'hsk', 'cek', 'pek', 'oca', 'pdh', 'stranger'] as const

export function deriveCsvKeys(seed: Seed): CsvKeys {
  const keys = LABELS.map((label) => [label, deriveSm2Key(seed, label, `HYGON-SSD-${label.toUpperCase()}`)] as const)
  return Object.fromEntries(keys) as unknown as CsvKeys
}

/** The certificates of a chip, unsigned. */
export interface CsvCertificates {
  hrk: AuthorityTemplate
  hsk: AuthorityTemplate
  cek: PlatformTemplate
  pek: PlatformTemplate
  oca: PlatformTemplate
  pdh: PlatformTemplate
}

export function createCertificates(seed: Seed, keys: CsvKeys): CsvCertificates {
  const [rootId, hskId] = ['hrk', 'hsk'].map((name) => deriveBytes(seed, `key id ${name}`, 16)) as [
    Uint8Array,
    Uint8Array,
  ]
  const authority = (name: 'hrk' | 'hsk', keyId: Uint8Array): AuthorityTemplate => ({
    ...certifiedKey(keys[name]),
    version: 1,
    keyId,
    certifyingId: rootId,
    usage: USAGE[name],
    signer: keys.hrk,
  })
  const platform = (
    name: 'cek' | 'pek' | 'oca' | 'pdh',
    signatures: PlatformTemplate['signatures'],
    issuerId: Uint8Array = new Uint8Array(16),
  ): PlatformTemplate => ({
    ...certifiedKey(keys[name]),
    version: 1,
    firmware: [1, 1],
    usage: USAGE[name],
    algorithm: name === 'pdh' ? SM2_EXCHANGE : SM2_SIGNATURE,
    issuerId,
    signatures,
  })
  return {
    hrk: authority('hrk', rootId),
    hsk: authority('hsk', hskId),
    cek: platform('cek', [{ usage: USAGE.hsk, signer: keys.hsk }, undefined], hskId),
    pek: platform('pek', [
      { usage: USAGE.cek, signer: keys.cek },
      { usage: USAGE.oca, signer: keys.oca },
    ]),
    oca: platform('oca', [{ usage: USAGE.oca, signer: keys.oca }, undefined]),
    pdh: platform('pdh', [{ usage: USAGE.pek, signer: keys.pek }, undefined]),
  }
}
