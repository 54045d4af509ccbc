import { decodeHex, encodeHex } from '@veritee/codec/bytes'

/** Value of big-endian bytes. */
export function integerOfBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${encodeHex(bytes)}`)
}

/** Value of little-endian bytes. */
export function integerOfLittleEndian(bytes: Uint8Array): bigint {
  return integerOfBytes(bytes.toReversed())
}

/** Big-endian bytes of a value, `size` of them, or as many as it needs. */
export function bytesOfInteger(value: bigint, size?: number): Uint8Array {
  const hex = value.toString(16)
  return decodeHex(hex.padStart(size === undefined ? hex.length + (hex.length & 1) : 2 * size, '0'))
}

/** The remainder that is not negative. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

/** A power of a value by its modulus, by squaring; the exponent is not negative. */
export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let power = modulo(base, modulus)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * power) % modulus
    power = (power * power) % modulus
  }
  return result
}

/** The inverse of a value that has no factor in common with the modulus. */
export function modularInverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulo(value, modulus), modulus]
  let [x, y] = [1n, 0n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return modulo(x, modulus)
}

/** How many bits a value has. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}
