/** The protected header of a secret response. */
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { BrokerError } from '../errors.ts'
import { expectObject, findMember, joinPath, type Members, misfit, parseObject, readText } from '../protocol/members.ts'

const CODE = 'BROKER_JWE_INVALID'
const LIMITS = { maxBytes: 16 << 10, maxDepth: 4, maxValues: 64 } as const
/** Members of RFC 7516 and RFC 7518 that would change how the secret is opened and are never sent in this protocol. */
const REFUSED = ['zip', 'crit', 'apu', 'apv', 'b64'] as const

export type KeyAlgorithm = 'ECDH-ES+A256KW' | 'RSA-OAEP-256' | 'RSA1_5'

/** An ephemeral public key, in the order of members that guests rebuild. */
export interface EphemeralKey {
  readonly crv: 'P-256' | 'P-521'
  readonly kty: 'EC'
  readonly x: string
  readonly y: string
}

export interface JweHeader {
  readonly alg: string
  readonly epk?: EphemeralKey
}

/**
 * Writes a header: compact, `alg`, `enc`, `epk` {crv, kty, x, y}. Guests rebuild it from its parsed form and authenticate
 * that text, so the order is part of the protocol (specification page trustee, section 12.1 item 2).
 */
export function encodeJweHeader(alg: KeyAlgorithm, epk?: EphemeralKey): string {
  const header = epk === undefined ? { alg, enc: 'A256GCM' } : { alg, enc: 'A256GCM', epk }
  return encodeBase64Url(encodeUtf8(JSON.stringify(header)))
}

/** Reads a header in any order of members. Throws BROKER_JWE_INVALID. */
export function parseJweHeader(text: string): JweHeader {
  return readHeader(parseObject(decodeText(text), CODE, 'protected', LIMITS))
}

/** Reads the header of protocol 0.1.x, which is plain JSON text. Throws BROKER_JWE_INVALID. */
export function parseLegacyHeader(text: string): JweHeader {
  return readHeader(parseObject(text, CODE, 'protected', LIMITS))
}

function readHeader(members: Members): JweHeader {
  for (const name of REFUSED) {
    if (findMember(members, name) !== undefined) throw misfit(CODE, `protected.${name}`, 'absent', 'present')
  }
  if (findMember(members, 'enc') !== 'A256GCM')
    throw misfit(CODE, 'protected.enc', 'A256GCM', findMember(members, 'enc'))
  const alg = readText(members, 'alg', CODE, 'protected', 64)
  const epk = findMember(members, 'epk')
  return epk === undefined ? { alg } : { alg, epk: readEphemeralKey(epk) }
}

function readEphemeralKey(value: unknown): EphemeralKey {
  const path = 'protected.epk'
  const members = expectObject(value, CODE, path)
  const crv = findMember(members, 'crv')
  if (findMember(members, 'kty') !== 'EC') throw misfit(CODE, `${path}.kty`, 'EC', findMember(members, 'kty'))
  if (crv !== 'P-256' && crv !== 'P-521') throw misfit(CODE, `${path}.crv`, 'P-256 or P-521', crv)
  return { crv, kty: 'EC', x: readText(members, 'x', CODE, path, 128), y: readText(members, 'y', CODE, path, 128) }
}

function decodeText(text: string): string {
  return decodeMember(text, 'protected', decodeUtf8)
}

/** Base64url of one member; throws BROKER_JWE_INVALID naming it. */
export function decodeMember<T>(text: string, name: string, read: (bytes: Uint8Array) => T): T {
  try {
    return read(decodeBase64Url(text))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new BrokerError(CODE, undefined, {
      details: { path: joinPath('', name), expected: 'base64url without padding', actual: cause.message },
      cause,
    })
  }
}
