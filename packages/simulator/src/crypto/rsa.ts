import { constants, createPrivateKey, type KeyObject, privateDecrypt, privateEncrypt, sign } from 'node:crypto'
import { concatBytes, decodeHex, encodeBase64Url, u32be } from '@veritee/codec/bytes'
import {
  encodeBitString,
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeOid,
  encodeSequence,
} from '@veritee/codec/der'
import { digest } from '@veritee/codec/hash'
import { invert } from './ecdsa.ts'
import type { CertificateSigner } from './key.ts'
import { derivePrime } from './prime.ts'
import { deriveBytes, type Seed } from './seed.ts'

const EXPONENT = 65_537n
const RSA_OID = '1.2.840.113549.1.1.1'
const PSS_OID = '1.2.840.113549.1.1.10'
const MGF1_OID = '1.2.840.113549.1.1.8'

type RsaHash = 'sha256' | 'sha384'

const HASHES = {
  sha256: { oid: '2.16.840.1.101.3.4.2.1', bytes: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', bytes: 48 },
} as const

/** An RSA key pair of a simulated authority or TPM. */
export interface SimulatedRsaKey {
  /** What the key is for. */
  readonly label: string
  readonly modulus: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SHA-1 of the public key, 20 bytes. */
  readonly id: Uint8Array
  /** RSASSA-PKCS1-v1_5. */
  signPkcs1(hash: RsaHash, data: Uint8Array): Uint8Array
  /** RSASSA-PSS with a salt as long as the hash, derived from the data. */
  signPss(hash: RsaHash, data: Uint8Array): Uint8Array
  /** RSAES-OAEP with SHA-256; undefined for what was not encrypted for this key. */
  decryptOaep(label: Uint8Array, data: Uint8Array): Uint8Array | undefined
  /** The private key, PKCS #8 PEM. */
  exportPem(): string
}

/** The RSA key of `label` in the world of `seed`. 4096 bits take about half a second. */
export function deriveRsaKey(seed: Seed, label: string, bits: 2048 | 3072 | 4096): SimulatedRsaKey {
  const [p, q] = ['p', 'q'].map((half) => derivePrime(seed, `rsa ${half} ${label}`, bits / 2)) as [bigint, bigint]
  const modulus = toBytes(p * q)
  const native = importPrivate(p, q)
  const numbers = encodeSequence(encodeInteger(modulus), encodeInteger(EXPONENT))
  return {
    label,
    modulus,
    spki: encodeSequence(encodeSequence(encodeOid(RSA_OID), encodeNull()), encodeBitString(numbers)),
    id: digest('sha1', numbers),
    signPkcs1: (hash, data) => new Uint8Array(sign(hash, data, native)),
    signPss: (hash, data) => signPss(native, modulus.length, hash, data, deriveBytes(seed, `salt ${label}`, 32)),
    decryptOaep: (oaepLabel, data) => decryptOaep(native, oaepLabel, data),
    exportPem: () => native.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Signs certificates with RSA-PSS (RFC 4055 §3.1), as AMD's authorities do. */
export function pssSigner(key: SimulatedRsaKey, hash: RsaHash): CertificateSigner {
  const algorithm = encodeSequence(encodeOid(HASHES[hash].oid), encodeNull())
  const parameters = encodeSequence(
    encodeExplicit(0, algorithm),
    encodeExplicit(1, encodeSequence(encodeOid(MGF1_OID), algorithm)),
    encodeExplicit(2, encodeInteger(HASHES[hash].bytes)),
  )
  return {
    signatureAlgorithm: encodeSequence(encodeOid(PSS_OID), parameters),
    signTbs: (tbs) => key.signPss(hash, tbs),
  }
}

/** RFC 8017 §9.1.1, with a salt that the data determines: the runtime would take a random one. */
function signPss(native: KeyObject, width: number, hash: RsaHash, data: Uint8Array, secret: Uint8Array): Uint8Array {
  const { bytes: hashBytes } = HASHES[hash]
  const message = digest(hash, data)
  const salt = digest(hash, secret, message)
  const hashed = digest(hash, new Uint8Array(8), message, salt)
  const block = concatBytes(new Uint8Array(width - 2 * hashBytes - 2), Uint8Array.of(1), salt)
  const mask = maskGeneration(hash, hashed, block.length)
  const masked = block.map((byte, index) => byte ^ mask[index]!)
  masked[0]! &= 0x7f
  const encoded = concatBytes(masked, hashed, Uint8Array.of(0xbc))
  return new Uint8Array(privateEncrypt({ key: native, padding: constants.RSA_NO_PADDING }, encoded))
}

function maskGeneration(hash: RsaHash, seed: Uint8Array, sizeBytes: number): Uint8Array {
  const count = Math.ceil(sizeBytes / HASHES[hash].bytes)
  return concatBytes(...Array.from({ length: count }, (_, index) => digest(hash, seed, u32be(index)))).subarray(
    0,
    sizeBytes,
  )
}

function decryptOaep(native: KeyObject, oaepLabel: Uint8Array, data: Uint8Array): Uint8Array | undefined {
  const options = { key: native, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel }
  try {
    return new Uint8Array(privateDecrypt(options, data))
  } catch {
    return undefined
  }
}

function importPrivate(p: bigint, q: bigint): KeyObject {
  const d = invert(EXPONENT, (p - 1n) * (q - 1n))
  const [high, low] = p > q ? [p, q] : [q, p]
  const text = (value: bigint): string => encodeBase64Url(toBytes(value))
  const key = {
    kty: 'RSA',
    n: text(p * q),
    e: text(EXPONENT),
    d: text(d),
    p: text(high),
    q: text(low),
    dp: text(d % (high - 1n)),
    dq: text(d % (low - 1n)),
    qi: text(invert(low, high)),
  }
  return createPrivateKey({ key, format: 'jwk' })
}

function toBytes(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return decodeHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}
