/**
 * RSAES-PKCS1-v1_5 (RFC 8017 §7.2), for clients of protocol 0.1.x alone. Runtimes refuse it, so the arithmetic is here:
 * blinded, and with the same outcome for every malformed padding.
 */
import { concatBytes, decodeBase64Url, encodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'

const CONTENT_KEY_BYTES = 32

interface RsaNumbers {
  readonly n: string
  readonly e: string
}

/** Wraps a content key of 32 bytes. */
export function wrapPkcs1(contentKey: Uint8Array, { n, e }: RsaNumbers): Uint8Array {
  const modulus = readNumber(n)
  const size = decodeBase64Url(n).length
  const filling = randomNonZero(size - contentKey.length - 3)
  const block = concatBytes(Uint8Array.of(0, 2), filling, Uint8Array.of(0), contentKey)
  return writeNumber(power(toBigInt(block), readNumber(e), modulus), size)
}

/**
 * Unwraps a content key of 32 bytes. Whatever is wrong with the padding, a key comes back: then one made from the
 * ciphertext and the private key, with which nothing opens, so the failure shows where every other wrong key shows.
 */
export function unwrapPkcs1(wrapped: Uint8Array, key: RsaNumbers & { readonly d: string }): Uint8Array {
  const modulus = readNumber(key.n)
  const size = decodeBase64Url(key.n).length
  const fallback = digest('sha256', decodeBase64Url(key.d), wrapped)
  const cipher = toBigInt(wrapped)
  if (wrapped.length !== size || cipher >= modulus) return fallback
  // Blinding: what the exponentiation takes does not depend on the sender's number.
  const exponent = readNumber(key.e)
  const factor = randomUnit(size, modulus)
  const blinded = (cipher * power(factor.value, exponent, modulus)) % modulus
  const plain = (power(blinded, readNumber(key.d), modulus) * factor.inverse) % modulus
  return chooseKey(writeNumber(plain, size), fallback)
}

/** The last 32 bytes if the block is 00 02, non-zero filling, 00 in front of them; else the fallback. Without branches. */
function chooseKey(block: Uint8Array, fallback: Uint8Array): Uint8Array {
  const start = block.length - CONTENT_KEY_BYTES
  let wrong = block[0]! | (block[1]! ^ 2) | block[start - 1]!
  for (let i = 2; i < start - 1; i++) wrong |= isZero(block[i]!)
  const mask = isZero(wrong) * 0xff
  return fallback.map((byte, i) => (block[start + i]! & mask) | (byte & ~mask))
}

/** 1 for 0, else 0; for numbers below 2^31. */
function isZero(value: number): number {
  return ((value - 1) >>> 31) & 1
}

function randomNonZero(length: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  for (let i = 0; i < length; i++) {
    while (bytes[i] === 0) crypto.getRandomValues(bytes.subarray(i, i + 1))
  }
  return bytes
}

function randomUnit(size: number, modulus: bigint): { readonly value: bigint; readonly inverse: bigint } {
  for (;;) {
    const value = toBigInt(crypto.getRandomValues(new Uint8Array(size + 8))) % modulus
    const inverse = invert(value, modulus)
    if (inverse !== undefined) return { value, inverse }
  }
}

function invert(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b, x, y] = [value, modulus, 1n, 0n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b, x, y] = [b, a - quotient * b, y, x - quotient * y]
  }
  return a === 1n ? ((x % modulus) + modulus) % modulus : undefined
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

function readNumber(text: string): bigint {
  return toBigInt(decodeBase64Url(text))
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${encodeHex(bytes)}`)
}

function writeNumber(value: bigint, size: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * size, '0')
  return Uint8Array.from({ length: size }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}
