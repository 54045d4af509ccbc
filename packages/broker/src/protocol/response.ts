/** The answers to POST /attest and to requests for resources. */
import { findMember, misfit, parseObject, readText } from './members.ts'
import type { JweResponse, TokenResponse } from './types.ts'

const CODE = 'BROKER_RESPONSE_INVALID'
const MAX_TOKEN_LENGTH = 1 << 20
/** Base64url of the largest secret that is served, and room for the rest. */
const JWE_LIMITS = { maxBytes: 32 << 20, maxDepth: 8, maxValues: 100 } as const

/** Reads the answer to POST /attest. Throws BROKER_RESPONSE_INVALID; the token is not verified. */
export function parseTokenResponse(body: Uint8Array | string): TokenResponse {
  const members = parseObject(body, CODE, '')
  const token = readText(members, 'token', CODE, '', MAX_TOKEN_LENGTH)
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
    throw misfit(CODE, 'token', 'a signed token in three parts', 'another text')
  return { token }
}

/** Writes the answer to POST /attest: exactly one member, since proxies split this body at its dots. */
export function encodeTokenResponse({ token }: TokenResponse): string {
  return JSON.stringify({ token })
}

/** Reads a secret response's members, undecoded. Throws BROKER_JWE_INVALID, also for an `aad` member that is not empty. */
export function parseJweResponse(body: Uint8Array | string): JweResponse {
  const code = 'BROKER_JWE_INVALID'
  const members = parseObject(body, code, '', JWE_LIMITS)
  const aad = findMember(members, 'aad')
  if (aad !== undefined && aad !== null && aad !== '')
    throw misfit(code, 'aad', 'no further authenticated data', 'some')
  const text = (name: string, maxLength: number) => readText(members, name, code, '', maxLength)
  return {
    protected: text('protected', 16 << 10),
    encrypted_key: text('encrypted_key', 4 << 10),
    iv: text('iv', 64),
    ciphertext: text('ciphertext', JWE_LIMITS.maxBytes),
    tag: text('tag', 64),
  }
}
