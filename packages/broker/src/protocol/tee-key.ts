/** The public key of the TEE, as it travels in attestations and stands in tokens. */
import { isCodedError } from '@veritee/codec/error'
import { importPublicKey } from '@veritee/codec/signature'
import { BrokerError } from '../errors.ts'
import { expectObject, findMember, type Members, misfit, readText } from './members.ts'
import type { TeePublicKey } from './types.ts'

const CODE = 'BROKER_TEE_KEY_INVALID'
const MIN_RSA_BYTES = 256
const RSA_ALGORITHMS = ['RSA-OAEP-256', 'RSA1_5'] as const

/**
 * Reads a TEE key. Members beside the key itself are dropped, as every service of the protocol does, so a client that
 * hashes them does not bind. The key is checked: on its curve, or RSA of 2048 bits and more.
 *
 * Throws BROKER_TEE_KEY_INVALID. Does not say whose key it is: evidence does, through the report data.
 */
export function parseTeePublicKey(value: unknown, path: string = 'tee-pubkey'): TeePublicKey {
  const members = expectObject(value, CODE, path)
  const key = findMember(members, 'kty') === 'RSA' ? readRsa(members, path) : readEc(members, path)
  checkKey(key, path)
  return key
}

function readEc(members: Members, path: string): TeePublicKey {
  expectOne(members, 'kty', ['EC'], path)
  const crv = expectOne(members, 'crv', ['P-256', 'P-521'], path)
  const alg = expectOne(members, 'alg', ['ECDH-ES+A256KW'], path)
  return { kty: 'EC', crv, alg, x: readText(members, 'x', CODE, path, 128), y: readText(members, 'y', CODE, path, 128) }
}

function readRsa(members: Members, path: string): TeePublicKey {
  const alg = expectOne(members, 'alg', RSA_ALGORITHMS, path)
  return { kty: 'RSA', alg, n: readText(members, 'n', CODE, path, 1400), e: readText(members, 'e', CODE, path, 16) }
}

function expectOne<T extends string>(members: Members, name: string, allowed: readonly T[], path: string): T {
  const value = findMember(members, name)
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw misfit(CODE, `${path}.${name}`, allowed.join(' or '), value)
  return found
}

function checkKey(jwk: TeePublicKey, path: string): void {
  try {
    const { modulus } = importPublicKey({ kind: 'jwk', jwk })
    if (modulus !== undefined && modulus.length < MIN_RSA_BYTES) {
      throw misfit(CODE, `${path}.n`, `${MIN_RSA_BYTES * 8} bits or more`, `${modulus.length * 8} bits`)
    }
  } catch (cause) {
    if (cause instanceof BrokerError || !isCodedError(cause)) throw cause
    throw new BrokerError(CODE, undefined, { details: { path, actual: cause.message }, cause })
  }
}
