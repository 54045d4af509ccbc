/** The keys of this framework: ECDSA on P-384, as JWK in tokens and as PEM in files. */
import { CodecError } from '@veritee/codec'
import { decodeBase64Url, equalBytes } from '@veritee/codec/bytes'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'

/** A public key as tokens carry it. */
export interface IntelPublicJwk {
  readonly alg: 'ES384'
  readonly kty: 'EC'
  readonly crv: 'P-384'
  readonly x: string
  readonly y: string
}

/** What signs policies and results. */
export interface IntelSigner {
  readonly publicJwk: IntelPublicJwk
  /** ECDSA with SHA-384: r then s, 96 bytes. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384' } as const

/**
 * A signer from a private key in PKCS #8 DER. The key stays inside the runtime's cryptography.
 *
 * Throws INTEL_KEY_INVALID.
 */
export async function createIntelSigner(pkcs8: Uint8Array): Promise<IntelSigner> {
  try {
    const key = await crypto.subtle.importKey('pkcs8', pkcs8 as Uint8Array<ArrayBuffer>, ALGORITHM, true, ['sign'])
    const { x, y } = await crypto.subtle.exportKey('jwk', key)
    if (x === undefined || y === undefined) throw invalid('P-384', 'another key')
    return {
      publicJwk: { alg: 'ES384', kty: 'EC', crv: 'P-384', x, y },
      async sign(data) {
        const signature = await crypto.subtle.sign(
          { name: 'ECDSA', hash: 'SHA-384' },
          key,
          data as Uint8Array<ArrayBuffer>,
        )
        return new Uint8Array(signature)
      },
    }
  } catch (cause) {
    if (cause instanceof AppraisalError) throw cause
    throw invalid('a private key on P-384, PKCS #8', 'another key', cause)
  }
}

/** Makes a new private key, PKCS #8 DER. */
export async function createIntelPrivateKey(): Promise<Uint8Array> {
  const { privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
}

/** Reads a public key out of PEM (`PUBLIC KEY`). Throws INTEL_KEY_INVALID. */
export function parseIntelPublicKey(pem: string): PublicKey {
  try {
    const [block, ...more] = parsePem(pem)
    if (block?.label !== 'PUBLIC KEY' || more.length > 0) throw invalid('one PUBLIC KEY block', block?.label ?? 'none')
    return expectP384(importPublicKey({ kind: 'spki', der: block.der }))
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw invalid('a public key on P-384', cause.message, cause)
  }
}

/** The public key as PEM (`PUBLIC KEY`). Throws INTEL_KEY_INVALID. */
export function encodeIntelPublicKey(jwk: IntelPublicJwk): string {
  return encodePem('PUBLIC KEY', importIntelKey(jwk).spki)
}

/** Reads a JWK of a token. Throws INTEL_KEY_INVALID. */
export function readIntelJwk(value: unknown): IntelPublicJwk {
  const { kty, crv, alg, x, y } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const isOther = kty !== 'EC' || crv !== 'P-384' || (alg !== undefined && alg !== 'ES384')
  if (isOther || typeof x !== 'string' || typeof y !== 'string') throw invalid('an EC key on P-384', { kty, crv, alg })
  return { alg: 'ES384', kty, crv, x, y }
}

/** Throws INTEL_KEY_INVALID, also for a point off the curve. */
export function importIntelKey(jwk: IntelPublicJwk): PublicKey {
  try {
    return expectP384(importPublicKey({ kind: 'jwk', jwk: { ...jwk } }))
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw invalid('a point on P-384', cause.message, cause)
  }
}

/** True where both are the same point. */
export function isSameIntelKey(left: IntelPublicJwk, right: IntelPublicJwk | PublicKey): boolean {
  const point = 'spki' in right ? right.point : importIntelKey(right).point
  const own = importIntelKey(left).point
  return own !== undefined && point !== undefined && equalBytes(own, point)
}

/** Short name of a key for people: the beginning of its x coordinate. */
export function nameIntelKey(jwk: IntelPublicJwk): string {
  return `P-384 key ${decodeBase64Url(jwk.x)
    .slice(0, 8)
    .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')}`
}

function expectP384(key: PublicKey): PublicKey {
  if (key.curve !== 'P-384') throw invalid('P-384', key.curve ?? key.algorithm)
  return key
}

function invalid(expected: unknown, actual: unknown, cause?: unknown): AppraisalError {
  return new AppraisalError('INTEL_KEY_INVALID', undefined, { details: { path: 'key', expected, actual }, cause })
}
