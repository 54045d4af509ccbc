/** The two binary certificate forms of Hygon, before and after signing. */
import { concatBytes, reverseBytes, u16le, u32le } from '@veritee/codec/bytes'
import type { Sm2Key } from './key.ts'

/** Key usages as certificates state them. */
export const USAGE = { hrk: 0, hsk: 0x13, invalid: 0x1000, oca: 0x1001, pek: 0x1002, pdh: 0x1003, cek: 0x1004 } as const
export const SM2_SIGNATURE = 4
export const SM2_EXCHANGE = 5
const CURVE_SM2 = 3

/** A key as a certificate carries it. */
interface CertifiedKey {
  curve: number
  /** x then y, 64 bytes. */
  point: Uint8Array
  userId: Uint8Array
  /** Length that is stated; the id's own by default. */
  userIdBytes?: number
}

/** An HRK or HSK certificate before it is signed. Every member may be changed to break precisely one thing. */
export interface AuthorityTemplate extends CertifiedKey {
  version: number
  keyId: Uint8Array
  certifyingId: Uint8Array
  usage: number
  signer: Sm2Key
}

/** A CEK, PEK, OCA or PDH certificate before it is signed. */
export interface PlatformTemplate extends CertifiedKey {
  version: number
  firmware: readonly [number, number]
  usage: number
  algorithm: number
  issuerId: Uint8Array
  /** Usage of each signing key, and who signs; an empty place has neither. */
  signatures: [PlatformSigner | undefined, PlatformSigner | undefined]
}

export interface PlatformSigner {
  usage: number
  signer: Sm2Key
}

export function certifiedKey({ point, userId }: Sm2Key): CertifiedKey {
  return { curve: CURVE_SM2, point, userId }
}

/** 832 bytes. */
export function encodeAuthority(template: AuthorityTemplate): Uint8Array {
  const body = concatBytes(
    u32le(template.version),
    template.keyId,
    template.certifyingId,
    u32le(template.usage),
    new Uint8Array(24),
    encodeKey(template),
    new Uint8Array(108),
  )
  return concatBytes(body, encodeSignature(template.signer.sign(body)), new Uint8Array(112))
}

/** 2084 bytes. */
export function encodePlatform(template: PlatformTemplate): Uint8Array {
  const body = concatBytes(
    u32le(template.version),
    Uint8Array.from(template.firmware),
    u16le(0),
    u32le(template.usage),
    u32le(template.algorithm),
    encodeKey(template),
    template.issuerId,
    new Uint8Array(608),
  )
  const places = template.signatures.map((place) =>
    place === undefined
      ? concatBytes(u32le(USAGE.invalid), new Uint8Array(4 + 144 + 368))
      : concatBytes(
          u32le(place.usage),
          u32le(SM2_SIGNATURE),
          encodeSignature(place.signer.sign(body)),
          new Uint8Array(368),
        ),
  )
  return concatBytes(body, ...places)
}

/** r and s, each least significant byte first in 72 bytes. */
export function encodeSignature(raw: Uint8Array): Uint8Array {
  return concatBytes(encodeNumber(raw.subarray(0, 32)), encodeNumber(raw.subarray(32)))
}

function encodeKey({ curve, point, userId, userIdBytes = userId.length }: CertifiedKey): Uint8Array {
  return concatBytes(
    u32le(curve),
    encodeNumber(point.subarray(0, 32)),
    encodeNumber(point.subarray(32)),
    u16le(userIdBytes),
    userId,
    new Uint8Array(254 - userId.length),
  )
}

function encodeNumber(bytes: Uint8Array): Uint8Array {
  return concatBytes(reverseBytes(bytes), new Uint8Array(72 - bytes.length))
}
