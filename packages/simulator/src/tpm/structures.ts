/** TPM structures, big-endian (TPM 2.0 Library, Part 2). */
import { concatBytes, decodeHex, u16be, u32be, u64be } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'

/** Algorithm identifiers. */
export const ALG = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  null: 0x0010,
  sm3: 0x0012,
  rsassa: 0x0014,
  rsapss: 0x0016,
  ecdsa: 0x0018,
  sm2: 0x001b,
  ecc: 0x0023,
  cfb: 0x0043,
} as const

/** Curve identifiers. */
export const CURVE = { p256: 0x0003, p384: 0x0004, sm2: 0x0020 } as const

/** restricted, sign, userWithAuth, sensitiveDataOrigin, fixedParent, fixedTPM. */
export const ATTESTATION_ATTRIBUTES = 0x5_0072
/** restricted, decrypt, adminWithPolicy, sensitiveDataOrigin, fixedParent, fixedTPM. */
const ENDORSEMENT_ATTRIBUTES = 0x3_00b2
/** PolicySecret of the endorsement hierarchy. */
const ENDORSEMENT_POLICY = decodeHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa')
const QUOTE_MAGIC = 0xff54_4347
const QUOTE_TYPE = 0x8018

/** TPM2B_*: a size and the bytes. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(u16be(bytes.length), bytes)
}

/** What an asymmetric key's public area ends in: RSA modulus, or curve and point. */
export type KeyPart =
  | { readonly kind: 'rsa'; readonly modulus: Uint8Array }
  | { readonly kind: 'ecc'; readonly curve: number; readonly point: Uint8Array }

/** TPMT_PUBLIC of an attestation key with a signing scheme. */
export function encodeAttestationPublic(part: KeyPart, scheme: number, hash: number, attributes: number): Uint8Array {
  return encodePublic(part, attributes, new Uint8Array(), u16be(ALG.null), concatBytes(u16be(scheme), u16be(hash)))
}

/** TPMT_PUBLIC of an endorsement key: the default templates with AES-128-CFB (TCG EK Credential Profile, annex B). */
export function encodeEndorsementPublic(part: KeyPart): Uint8Array {
  const symmetric = concatBytes(u16be(ALG.aes), u16be(128), u16be(ALG.cfb))
  return encodePublic(part, ENDORSEMENT_ATTRIBUTES, ENDORSEMENT_POLICY, symmetric, u16be(ALG.null))
}

function encodePublic(
  part: KeyPart,
  attributes: number,
  policy: Uint8Array,
  symmetric: Uint8Array,
  scheme: Uint8Array,
): Uint8Array {
  const head = concatBytes(
    u16be(ALG[part.kind]),
    u16be(ALG.sha256),
    u32be(attributes),
    sized(policy),
    symmetric,
    scheme,
  )
  if (part.kind === 'rsa') return concatBytes(head, u16be(part.modulus.length * 8), u32be(0), sized(part.modulus))
  const width = part.point.length / 2
  const [x, y] = [part.point.subarray(0, width), part.point.subarray(width)]
  return concatBytes(head, u16be(part.curve), u16be(ALG.null), sized(x), sized(y))
}

/** Name of an object whose name hash is SHA-256. */
export function nameOfPublic(area: Uint8Array): Uint8Array {
  return concatBytes(u16be(ALG.sha256), digest('sha256', area))
}

/** TPMS_ATTEST of a quote before it is signed. Every member may be changed to break precisely one thing. */
export interface AttestTemplate {
  magic: number
  type: number
  signer: Uint8Array
  nonce: Uint8Array
  clock: bigint
  resetCount: number
  restartCount: number
  safe: boolean
  firmwareVersion: bigint
  /** Identifier of each bank and its PCRs. */
  selections: { hash: number; pcrs: readonly number[] }[]
  pcrDigest: Uint8Array
}

export function createAttest(
  values: Pick<AttestTemplate, 'signer' | 'nonce' | 'selections' | 'pcrDigest'>,
): AttestTemplate {
  return {
    magic: QUOTE_MAGIC,
    type: QUOTE_TYPE,
    clock: 86_400_000n,
    resetCount: 7,
    restartCount: 0,
    safe: true,
    firmwareVersion: 0x2024_0101_0000_0000n,
    ...values,
  }
}

export function encodeAttest(template: AttestTemplate): Uint8Array {
  return concatBytes(
    u32be(template.magic),
    u16be(template.type),
    sized(template.signer),
    sized(template.nonce),
    u64be(template.clock),
    u32be(template.resetCount),
    u32be(template.restartCount),
    Uint8Array.of(template.safe ? 1 : 0),
    u64be(template.firmwareVersion),
    u32be(template.selections.length),
    ...template.selections.flatMap(({ hash, pcrs }) => [u16be(hash), Uint8Array.of(3), bitmapOf(pcrs)]),
    sized(template.pcrDigest),
  )
}

function bitmapOf(pcrs: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(3)
  for (const pcr of pcrs) bitmap[pcr >> 3]! |= 1 << (pcr & 7)
  return bitmap
}
