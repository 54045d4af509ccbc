import { concatBytes, equalBytes } from '../bytes/compare.ts'
import { decodeHex } from '../bytes/hex.ts'
import { u32be } from '../bytes/integers.ts'
import { encodeNull, encodeOctetString, encodeOid, encodeSequence } from '../der/encode.ts'
import { type PublicKey, toBigInt } from '../signature/public-key.ts'
import type { HashAlgorithm } from '../signature/scheme.ts'
import { hashes } from './noble-hashes.ts'

const HASH_OIDS: Readonly<Record<HashAlgorithm, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2): the only valid message block is built and compared as a whole. */
export function verifyRsaPkcs1(
  key: PublicKey,
  hash: HashAlgorithm,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const width = key.modulus!.length
  const block = openSignature(key, signature, width)
  if (block === undefined) return false
  const info = encodeSequence(encodeSequence(encodeOid(HASH_OIDS[hash]), encodeNull()), encodeOctetString(digest))
  const padding = width - info.length - 3
  if (padding < 8) return false
  return equalBytes(block, concatBytes(Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xff), Uint8Array.of(0), info))
}

/** RSASSA-PSS (RFC 8017 §8.1.2, §9.1.2) with MGF1 on the same hash. */
export function verifyRsaPss(
  key: PublicKey,
  hash: HashAlgorithm,
  saltBytes: number,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const modulusBits = toBigInt(key.modulus!).toString(2).length
  const width = Math.ceil((modulusBits - 1) / 8)
  const block = openSignature(key, signature, width)
  const paddedBytes = width - digest.length - 1
  if (block === undefined || block[width - 1] !== 0xbc || paddedBytes < saltBytes + 1) return false
  const hashed = block.subarray(paddedBytes, width - 1)
  const spareBits = 8 * width - (modulusBits - 1)
  if (block[0]! >> (8 - spareBits) !== 0) return false
  const padded = maskGeneration(hash, hashed, paddedBytes).map((byte, i) => byte ^ block[i]!)
  padded[0]! &= 0xff >> spareBits
  const separator = paddedBytes - saltBytes - 1
  if (padded.subarray(0, separator).some((byte) => byte !== 0) || padded[separator] !== 1) return false
  const salt = padded.subarray(separator + 1)
  return equalBytes(hashed, hashes.digest(hash, [new Uint8Array(8), digest, salt]))
}

/** The message block of `width` bytes, or undefined if the signature is no number below the modulus. */
function openSignature(key: PublicKey, signature: Uint8Array, width: number): Uint8Array | undefined {
  const modulus = toBigInt(key.modulus!)
  const number = toBigInt(signature)
  if (number >= modulus) return undefined
  const hex = power(number, toBigInt(key.exponent!), modulus)
    .toString(16)
    .padStart(2 * width, '0')
  return hex.length === 2 * width ? decodeHex(hex) : undefined
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function maskGeneration(hash: HashAlgorithm, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let made = 0, i = 0; made < length; i++) {
    const block = hashes.digest(hash, [seed, u32be(i)])
    blocks.push(block)
    made += block.length
  }
  return concatBytes(...blocks).slice(0, length)
}
