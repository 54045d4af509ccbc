/** The answer to POST /auth: the Challenge of the protocol. */
import { findMember, misfit, parseObject, readText } from './members.ts'
import { BINDING_HASHES, type BindingHash, type Challenge } from './types.ts'

const CODE = 'BROKER_CHALLENGE_INVALID'
const LIMITS = { maxBytes: 256 << 10, maxDepth: 16, maxValues: 1000 } as const
/** Nonces of IBM's `se` are whole documents. */
const MAX_NONCE_LENGTH = 128 << 10

/**
 * Reads a challenge, on the client. The nonce is opaque text and goes back as it came.
 *
 * Throws BROKER_CHALLENGE_INVALID, also for a hash algorithm that is not known: it must be obeyed.
 */
export function parseChallenge(body: Uint8Array | string): Challenge {
  const members = parseObject(body, CODE, '', LIMITS)
  const nonce = readText(members, 'nonce', CODE, '', MAX_NONCE_LENGTH)
  if (nonce === '') throw misfit(CODE, 'nonce', 'a nonce', 'an empty text')
  const extraParams = findMember(members, 'extra-params') ?? ''
  const selectedHash = readSelectedHash(extraParams)
  return { nonce, extraParams, ...(selectedHash === undefined ? {} : { selectedHash }) }
}

/** Writes a challenge; the hash is named only where it is not the default. */
export function encodeChallenge(challenge: Challenge): string {
  return JSON.stringify({ nonce: challenge.nonce, 'extra-params': challenge.extraParams })
}

function readSelectedHash(extraParams: unknown): BindingHash | undefined {
  if (typeof extraParams !== 'object' || extraParams === null || Array.isArray(extraParams)) return undefined
  const name = findMember(extraParams as Record<string, unknown>, 'selected-hash-algorithm')
  if (name === undefined || name === null) return undefined
  const hash = BINDING_HASHES.find((known) => typeof name === 'string' && known === name.toLowerCase())
  if (hash === undefined) throw misfit(CODE, 'extra-params.selected-hash-algorithm', BINDING_HASHES.join(', '), name)
  return hash
}
