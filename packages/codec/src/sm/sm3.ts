import { sm } from '#engine-sm'

/** SM3 digest of the parts joined (GB/T 32905), 32 bytes. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  return sm.digest(parts)
}

/** A register after each of `links` went into it: value = SM3(value ‖ link), 32 bytes each. */
export function extendSm3(start: Uint8Array, links: readonly Uint8Array[]): Uint8Array {
  return sm.extend(start, links)
}

/** HMAC with SM3. Compare the result with `equalSecrets`. */
export function hmacSm3(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return sm.hmac(key, parts)
}
