/** Session cookies that need no memory: what a handshake agreed on, under an authentication code of the service. */
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8, equalSecrets } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { hmac } from '@veritee/codec/hash'
import { BrokerError } from '../errors.ts'
import type { BindingHash, ProtocolVersion, TeeName } from '../protocol/types.ts'

const MIN_KEY_BYTES = 32
const MAX_COOKIE_LENGTH = 2048
const COOKIE = /^([\w-]{1,1600})\.([\w-]{43})$/

/** What a challenge was given for. Nothing in it is secret; the client can only bring it back unchanged. */
export interface HandshakeState {
  /** 16 random bytes, hexadecimal. */
  readonly id: string
  readonly nonce: string
  readonly tee: TeeName
  readonly version: ProtocolVersion
  readonly hash: BindingHash
  /** The attestation policy that was chosen; absent for the one that is asked when nobody chooses. */
  readonly policy?: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** What the cookie of an attested session holds. */
export interface SessionState {
  readonly id: string
  readonly expiresAt: number
}

interface States {
  readonly handshake: HandshakeState
  readonly session: SessionState
}

/** Seals and opens the cookies of one service. The kind is part of the code, so neither passes for the other. */
export class CookieSeal {
  readonly #keys: Readonly<Record<keyof States, readonly Uint8Array[]>>

  /** The first key seals, all open. Throws BROKER_SETUP_INVALID for no key or a short one. */
  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0 || keys.some((key) => key.length < MIN_KEY_BYTES)) {
      throw new BrokerError('BROKER_SETUP_INVALID', undefined, {
        details: { path: 'keys', expected: `keys of at least ${MIN_KEY_BYTES} bytes` },
      })
    }
    const derive = (kind: string) => keys.map((key) => hmac('sha256', key, encodeUtf8(`veritee ${kind} cookie, 1`)))
    this.#keys = { handshake: derive('handshake'), session: derive('session') }
  }

  seal<K extends keyof States>(kind: K, state: States[K]): string {
    const payload = encodeBase64Url(encodeUtf8(JSON.stringify(state)))
    return `${payload}.${encodeBase64Url(hmac('sha256', this.#keys[kind][0]!, encodeUtf8(payload)))}`
  }

  /** The state, or undefined if the cookie is not one of this kind and service. Expiry is for the caller to judge. */
  open<K extends keyof States>(kind: K, cookie: string): States[K] | undefined {
    const match = cookie.length > MAX_COOKIE_LENGTH ? null : COOKIE.exec(cookie)
    if (match === null) return undefined
    const [, payload = '', code = ''] = match
    const given = decode(code)
    const signed = encodeUtf8(payload)
    if (given === undefined || !this.#keys[kind].some((key) => equalSecrets(hmac('sha256', key, signed), given))) {
      return undefined
    }
    return JSON.parse(decodeUtf8(decodeBase64Url(payload))) as States[K]
  }
}

/** Base64url with set spare bits names no code. */
function decode(text: string): Uint8Array | undefined {
  try {
    return decodeBase64Url(text)
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}
