/** SM3 and the SM4 block cipher, from the runtime or in plain JavaScript. */
export interface SmEngine {
  digest(parts: readonly Uint8Array[]): Uint8Array
  /** A register after each of `links` went into it: value = SM3(value ‖ link), 32 bytes each. */
  extend(start: Uint8Array, links: readonly Uint8Array[]): Uint8Array
  hmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array
  /** Every 16-byte block on its own. */
  cryptBlocks(key: Uint8Array, data: Uint8Array, direction: 'encrypt' | 'decrypt'): Uint8Array
  /** Cipher block chaining of whole blocks; its inverse needs {@link SmEngine.cryptBlocks} alone. */
  encryptChain(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array
}
