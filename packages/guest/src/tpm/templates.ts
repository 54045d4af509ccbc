/** Public areas of keys to be made. The TPM derives a primary key from its seed, so one template always gives one key. */
import { concatBytes, decodeHex, u16be, u32be } from '@veritee/codec/bytes'
import { sized } from './command.ts'

/** Kinds of keys. */
export type TpmKeyKind = 'rsa' | 'p256' | 'p384'

const ALG = {
  rsa: 0x0001,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  null: 0x0010,
  rsassa: 0x0014,
  ecdsa: 0x0018,
  ecc: 0x0023,
  cfb: 0x0043,
} as const
const CURVES = { p256: 0x0003, p384: 0x0004 } as const
/** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign. */
const ATTESTATION_ATTRIBUTES = 0x5_0072
/** fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt. */
const ENDORSEMENT_ATTRIBUTES = 0x3_00b2
/** PolicySecret of the endorsement hierarchy, SHA-256. */
const ENDORSEMENT_POLICY = decodeHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa')
const RSA_BITS = 2048

/** A restricted signing key: it signs only what the TPM itself made. */
export function attestationTemplate(kind: TpmKeyKind): Uint8Array {
  const scheme = kind === 'rsa' ? [ALG.rsassa, ALG.sha256] : [ALG.ecdsa, kind === 'p384' ? ALG.sha384 : ALG.sha256]
  return template(kind, ATTESTATION_ATTRIBUTES, new Uint8Array(), u16be(ALG.null), concatBytes(...scheme.map(u16be)), 0)
}

/**
 * The default templates L-1 and L-2 of endorsement keys (TCG EK Credential Profile, annex B.3): with them a TPM gives the
 * key that its manufacturer certified.
 */
export function endorsementTemplate(kind: 'rsa' | 'p256'): Uint8Array {
  const symmetric = concatBytes(u16be(ALG.aes), u16be(128), u16be(ALG.cfb))
  const uniqueBytes = kind === 'rsa' ? RSA_BITS / 8 : 32
  return template(kind, ENDORSEMENT_ATTRIBUTES, ENDORSEMENT_POLICY, symmetric, u16be(ALG.null), uniqueBytes)
}

function template(
  kind: TpmKeyKind,
  attributes: number,
  policy: Uint8Array,
  symmetric: Uint8Array,
  scheme: Uint8Array,
  uniqueBytes: number,
): Uint8Array {
  const type = kind === 'rsa' ? ALG.rsa : ALG.ecc
  const unique = sized(new Uint8Array(uniqueBytes))
  const head = concatBytes(u16be(type), u16be(ALG.sha256), u32be(attributes), sized(policy), symmetric, scheme)
  return kind === 'rsa'
    ? concatBytes(head, u16be(RSA_BITS), u32be(0), unique)
    : concatBytes(head, u16be(CURVES[kind]), u16be(ALG.null), unique, unique)
}
