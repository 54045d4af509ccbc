/** TPMT_PUBLIC and its Name (TPM 2.0 Library, Part 2, section 12.2; Part 1, section 16). */
import { type ByteCursor, concatBytes, u16be } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { CURVES, hashOf, identifierOfHash, TPM_ALG, type TpmHash, unsupported } from './algorithms.ts'
import { malformed, readSized, readStructure } from './reader.ts'

/** Bits of TPMA_OBJECT. */
export const OBJECT = {
  fixedTpm: 0x2,
  fixedParent: 0x10,
  sensitiveDataOrigin: 0x20,
  userWithAuth: 0x40,
  restricted: 0x1_0000,
  decrypt: 0x2_0000,
  sign: 0x4_0000,
} as const

/** A symmetric cipher as a storage or endorsement key names it. */
export interface TpmSymmetric {
  readonly algorithm: number
  readonly bits: number
  readonly mode: number
}

/** The public area of a TPM object. */
export interface TpmPublic {
  /** TPMT_PUBLIC as received. */
  readonly bytes: Uint8Array
  readonly kind: 'rsa' | 'ecc'
  readonly nameHash: TpmHash
  readonly attributes: number
  readonly authPolicy: Uint8Array
  readonly symmetric?: TpmSymmetric
  readonly curve?: 'P-256' | 'P-384' | 'SM2'
  /** RSA: modulus; ECC: x then y, each of the curve's width. */
  readonly unique: Uint8Array
  /** RSA: never 0; 65537 where the structure says 0. */
  readonly exponent?: number
}

/** @throws EvidenceError TPM_STRUCTURE_MALFORMED, TPM_ALGORITHM_UNSUPPORTED */
export function parseTpmPublic(bytes: Uint8Array): TpmPublic {
  return readStructure('public area', bytes, (cursor) => {
    const type = cursor.u16be()
    if (type !== TPM_ALG.rsa && type !== TPM_ALG.ecc) throw unsupported('public.type', ['rsa', 'ecc'], type)
    const nameHash = hashOf(cursor.u16be(), 'public.nameAlg')
    const attributes = cursor.u32be()
    const authPolicy = readSized(cursor)
    const symmetric = readSymmetric(cursor)
    readScheme(cursor)
    const common = { bytes, nameHash, attributes, authPolicy, ...(symmetric === undefined ? {} : { symmetric }) }
    if (type === TPM_ALG.rsa) {
      const bits = cursor.u16be()
      const exponent = cursor.u32be() || 65537
      const modulus = readSized(cursor)
      if (modulus.length * 8 !== bits) throw malformed('public.unique', bits / 8, modulus.length)
      return { ...common, kind: 'rsa', exponent, unique: modulus }
    }
    const identifier = cursor.u16be()
    const curve = CURVES[identifier]
    if (curve === undefined) throw unsupported('public.curve', Object.values(CURVES), identifier)
    readScheme(cursor)
    const width = curve === 'P-384' ? 48 : 32
    const unique = concatBytes(padded(readSized(cursor), width), padded(readSized(cursor), width))
    return { ...common, kind: 'ecc', curve, unique }
  })
}

/** TPM2B_PUBLIC: the same behind its size. @throws as {@link parseTpmPublic} */
export function parseSizedTpmPublic(bytes: Uint8Array): TpmPublic {
  return parseTpmPublic(readStructure('sized public area', bytes, readSized))
}

/** Name of an object: identifier of its hash and the hash of its public area. */
export function nameOf({ nameHash, bytes }: TpmPublic): Uint8Array {
  if (nameHash === 'sm3') throw unsupported('public.nameAlg', ['sha1', 'sha256', 'sha384', 'sha512'], TPM_ALG.sm3)
  return concatBytes(u16be(identifierOfHash(nameHash)), digest(nameHash, bytes))
}

/** The key for verifying; not for SM2. @throws EvidenceError TPM_STRUCTURE_MALFORMED for a key that is none */
export function publicKeyOf(area: TpmPublic): PublicKey {
  try {
    if (area.kind === 'rsa') {
      return importPublicKey({ kind: 'rsa', modulus: area.unique, exponent: exponentBytes(area.exponent!) })
    }
    if (area.curve === 'SM2') throw unsupported('public.curve', ['P-256', 'P-384'], 0x20)
    return importPublicKey({ kind: 'ec-point', curve: area.curve!, point: area.unique })
  } catch (cause) {
    if (isCodedError(cause) && cause.code.startsWith('CODEC_')) throw malformed('public.unique', 'a valid key')
    throw cause
  }
}

function exponentBytes(exponent: number): Uint8Array {
  return Uint8Array.of(exponent >>> 24, (exponent >>> 16) & 0xff, (exponent >>> 8) & 0xff, exponent & 0xff)
}

function readSymmetric(cursor: ByteCursor): TpmSymmetric | undefined {
  const algorithm = cursor.u16be()
  if (algorithm === TPM_ALG.null) return undefined
  return { algorithm, bits: cursor.u16be(), mode: cursor.u16be() }
}

/** A signing, encryption or derivation scheme; all that are not null name a hash, RSAES alone does not. */
function readScheme(cursor: ByteCursor): void {
  const scheme = cursor.u16be()
  if (scheme !== TPM_ALG.null && scheme !== TPM_ALG.rsaes) hashOf(cursor.u16be(), 'public.scheme.hash')
}

function padded(part: Uint8Array, width: number): Uint8Array {
  if (part.length > width) throw malformed('public.unique', `at most ${width} bytes each`, part.length)
  const out = new Uint8Array(width)
  out.set(part, width - part.length)
  return out
}
