/** Primes that belong to a label, so that RSA keys of a named world are the same each time. */
import { checkPrimeSync } from 'node:crypto'
import { decodeHex } from '@veritee/codec/bytes'
import { decodeScalar } from './ecdsa.ts'
import { deriveBytes, type Seed } from './seed.ts'

const EXPONENT = 65_537n
const SMALL_PRIMES: readonly number[] = sieve(8_000)

/**
 * The first prime at or after the number that `label` derives, with both top bits set, one more than no multiple of 65537.
 *
 * @param bits a multiple of 8
 */
export function derivePrime(seed: Seed, label: string, bits: number): bigint {
  const start = decodeScalar(deriveBytes(seed, label, bits / 8)) | (3n << BigInt(bits - 2)) | 1n
  const remainders = SMALL_PRIMES.map((prime) => Number(start % BigInt(prime)))
  for (let distance = 0; ; distance += 2) {
    // Most numbers fall here, before the costly test.
    if (SMALL_PRIMES.some((prime, index) => (remainders[index]! + distance) % prime === 0)) continue
    const candidate = start + BigInt(distance)
    if (candidate % EXPONENT !== 1n && checkPrimeSync(decodeHex(candidate.toString(16)))) return candidate
  }
}

function sieve(limit: number): number[] {
  const primes: number[] = []
  for (let number = 3; number < limit; number += 2) {
    if (!primes.some((prime) => prime * prime <= number && number % prime === 0)) primes.push(number)
  }
  return primes
}
