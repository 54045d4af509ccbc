import { concatBytes, encodeUtf8, u16be } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { importPublicKey } from '@veritee/codec/signature'
import { signSm2Digest, sm2PublicKey, sm3 } from '@veritee/codec/sm'
import { P256, P384 } from '../crypto/ecdsa.ts'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveRsaKey, type SimulatedRsaKey } from '../crypto/rsa.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { TpmEndorsementKind, TpmKeyKind } from './recipe.ts'
import {
  ALG,
  ATTESTATION_ATTRIBUTES,
  CURVE,
  encodeAttestationPublic,
  encodeEndorsementPublic,
  sized,
} from './structures.ts'

/** A signing key inside the TPM. */
export interface AttestationKey {
  readonly kind: TpmKeyKind
  /** TPMT_PUBLIC. */
  readonly area: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Digest of the signing scheme, which also digests the quoted PCRs. */
  readonly hash: 'sha256' | 'sha384' | 'sm3'
  /** TPMT_SIGNATURE over bytes that the TPM made. */
  sign(attest: Uint8Array): Uint8Array
}

/** The decryption key that a TPM is known by. */
export interface EndorsementKey {
  readonly kind: TpmEndorsementKind
  /** TPMT_PUBLIC. */
  readonly area: Uint8Array
  readonly spki: Uint8Array
  readonly native: SimulatedRsaKey | SimulatedKey
}

/** The attestation key of `label`. Throws nothing; RSA takes some tenths of a second. */
export function deriveAttestationKey(
  seed: Seed,
  label: string,
  kind: TpmKeyKind,
  attributes: number = ATTESTATION_ATTRIBUTES,
): AttestationKey {
  if (kind === 'rsa') return createRsaKey(deriveRsaKey(seed, label, 2048), attributes)
  if (kind === 'sm2') return createSm2Key(seed, label, attributes)
  return createEcKey(deriveKey(seed, label, kind === 'p256' ? P256 : P384), kind, attributes)
}

export function deriveEndorsementKey(seed: Seed, kind: TpmEndorsementKind): EndorsementKey {
  if (kind === 'rsa') {
    const native = deriveRsaKey(seed, 'endorsement', 2048)
    const area = encodeEndorsementPublic({ kind: 'rsa', modulus: native.modulus })
    return { kind, area, spki: native.spki, native }
  }
  const native = deriveKey(seed, 'endorsement', kind === 'p256' ? P256 : P384)
  const area = encodeEndorsementPublic({ kind: 'ecc', curve: CURVE[kind], point: native.point })
  return { kind, area, spki: native.spki, native }
}

function createRsaKey(key: SimulatedRsaKey, attributes: number): AttestationKey {
  return {
    kind: 'rsa',
    area: encodeAttestationPublic({ kind: 'rsa', modulus: key.modulus }, ALG.rsassa, ALG.sha256, attributes),
    spki: key.spki,
    hash: 'sha256',
    sign: (attest) => encodeSignature(ALG.rsassa, ALG.sha256, key.signPkcs1('sha256', attest)),
  }
}

function createEcKey(key: SimulatedKey, kind: 'p256' | 'p384', attributes: number): AttestationKey {
  const { hash, scalarBytes } = key.curve
  return {
    kind,
    area: encodeAttestationPublic(
      { kind: 'ecc', curve: CURVE[kind], point: key.point },
      ALG.ecdsa,
      ALG[hash],
      attributes,
    ),
    spki: key.spki,
    hash,
    sign(attest) {
      const raw = key.sign(attest)
      return encodeSignature(ALG.ecdsa, ALG[hash], raw.subarray(0, scalarBytes), raw.subarray(scalarBytes))
    },
  }
}

function createSm2Key(seed: Seed, label: string, attributes: number): AttestationKey {
  const privateKey = deriveBytes(seed, `sm2 ${label}`, 32).map((byte, index) =>
    index === 0 ? (byte & 0x7f) | 1 : byte,
  )
  const point = sm2PublicKey(privateKey).point!
  return {
    kind: 'sm2',
    area: encodeAttestationPublic({ kind: 'ecc', curve: CURVE.sm2, point }, ALG.sm2, ALG.sm3, attributes),
    spki: importPublicKey({ kind: 'ec-point', curve: 'SM2', point }).spki,
    hash: 'sm3',
    sign(attest) {
      const nonce = digest('sha256', encodeUtf8('nonce'), privateKey, attest).map((byte, index) =>
        index === 0 ? byte & 0x7f : byte,
      )
      const raw = signSm2Digest(privateKey, sm3(attest), { nonce })
      return encodeSignature(ALG.sm2, ALG.sm3, raw.subarray(0, 32), raw.subarray(32))
    },
  }
}

function encodeSignature(scheme: number, hash: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(u16be(scheme), u16be(hash), ...parts.map(sized))
}
