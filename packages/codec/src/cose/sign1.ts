import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../cbor/cbor.ts'
import type { CborLimits } from '../cbor/limits.ts'
import { CodecError } from '../errors.ts'
import type { EcCurve } from '../signature/curves.ts'
import type { PublicKey } from '../signature/public-key.ts'
import { verifySignature } from '../signature/verify.ts'

/** ECDSA as COSE names it (RFC 9053 §2.1), each with the curve that it is used with here. */
export type CoseAlgorithm = 'ES256' | 'ES384' | 'ES512'

const ALGORITHMS: Readonly<
  Record<CoseAlgorithm, { readonly id: number; readonly hash: 'sha256' | 'sha384' | 'sha512'; readonly curve: EcCurve }>
> = {
  ES256: { id: -7, hash: 'sha256', curve: 'P-256' },
  ES384: { id: -35, hash: 'sha384', curve: 'P-384' },
  ES512: { id: -36, hash: 'sha512', curve: 'P-521' },
}
const HEADER_ALGORITHM = 1
const HEADER_CRITICAL = 2
/** Tag of COSE_Sign1, 18, as one byte. */
const TAG_SIGN1 = 0xd2

/** A COSE_Sign1 message as read. Nothing of it is verified. */
export interface CoseSign1 {
  /** The protected header, as received: the signature covers these very bytes. */
  readonly protectedBytes: Uint8Array
  readonly protectedHeader: CborMap
  readonly unprotectedHeader: CborMap
  readonly algorithm: CoseAlgorithm
  readonly payload: Uint8Array
  /** r‖s. */
  readonly signature: Uint8Array
}

/**
 * Reads a COSE_Sign1 message (RFC 9052 §4.2), with or without its tag. The payload must be inside, the algorithm in the
 * protected header. Throws `CODEC_COSE_INVALID`, `CODEC_COSE_ALGORITHM`, `CODEC_CBOR_*`.
 */
export function parseCoseSign1(bytes: Uint8Array, limits: CborLimits = {}): CoseSign1 {
  const message = decodeCbor(bytes[0] === TAG_SIGN1 ? bytes.subarray(1) : bytes, limits)
  if (!Array.isArray(message) || message.length !== 4) throw invalid('message', 'an array of four')
  const [protectedBytes, unprotected, payload, signature] = message as readonly CborValue[]
  if (!(protectedBytes instanceof Uint8Array) || protectedBytes.length === 0) throw invalid('protected', 'a header')
  if (!(unprotected instanceof Map)) throw invalid('unprotected', 'a map')
  if (!(payload instanceof Uint8Array)) throw invalid('payload', 'bytes')
  if (!(signature instanceof Uint8Array)) throw invalid('signature', 'bytes')
  const protectedHeader = decodeCbor(protectedBytes, limits)
  if (!(protectedHeader instanceof Map)) throw invalid('protected', 'a map')
  if (protectedHeader.has(HEADER_CRITICAL)) throw invalid('protected.crit', 'no critical header')
  if (unprotected.has(HEADER_ALGORITHM)) throw invalid('unprotected.alg', 'an algorithm that is protected')
  return {
    protectedBytes,
    protectedHeader,
    unprotectedHeader: unprotected,
    algorithm: algorithmOf(protectedHeader.get(HEADER_ALGORITHM)),
    payload,
    signature,
  }
}

/**
 * Tells whether a message was signed with the private half of a key, which must be of the curve of its algorithm (else
 * `CODEC_COSE_ALGORITHM`). It does not ask whose key it is.
 */
export async function verifyCoseSign1(
  message: CoseSign1,
  key: PublicKey,
  externalData: Uint8Array = new Uint8Array(),
): Promise<boolean> {
  const { hash, curve } = ALGORITHMS[message.algorithm]
  if (key.curve !== curve) {
    throw new CodecError('CODEC_COSE_ALGORITHM', 'The algorithm of the message is not for keys of this curve.', {
      details: { path: 'protected.alg', expected: curve, actual: key.curve ?? key.algorithm },
    })
  }
  const signed = encodeSignedBytes(message.protectedBytes, message.payload, externalData)
  return await verifySignature(key, { scheme: 'ecdsa', hash, format: 'raw' }, signed, message.signature)
}

/** The bytes that a signature covers (Sig_structure, RFC 9052 §4.4). */
export function encodeSignedBytes(
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  externalData: Uint8Array = new Uint8Array(),
): Uint8Array {
  return encodeCbor(['Signature1', protectedBytes, externalData, payload])
}

/** The protected header of an algorithm. */
export function encodeProtectedHeader(algorithm: CoseAlgorithm): Uint8Array {
  return encodeCbor(new Map([[HEADER_ALGORITHM, ALGORITHMS[algorithm].id]]))
}

/** A message without its tag and with no unprotected header; the signature is r‖s over {@link encodeSignedBytes}. */
export function encodeCoseSign1(protectedBytes: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeCbor([protectedBytes, new Map(), payload, signature])
}

function algorithmOf(identifier: CborValue | undefined): CoseAlgorithm {
  const names = Object.keys(ALGORITHMS) as CoseAlgorithm[]
  const name = names.find((candidate) => ALGORITHMS[candidate].id === identifier)
  if (name !== undefined) return name
  throw new CodecError('CODEC_COSE_ALGORITHM', undefined, {
    details: { path: 'protected.alg', expected: names, actual: String(identifier) },
  })
}

function invalid(path: string, expected: string): CodecError {
  return new CodecError('CODEC_COSE_INVALID', undefined, { details: { path, expected } })
}
