import { digest } from '@veritee/codec/hash'

/** Random bytes of one evaluation: of WebCrypto, or the same for the same seed. Not for keys. */
export function createRandomBytes(seed: Uint8Array | undefined): (count: number) => Uint8Array {
  if (!seed) return (count) => crypto.getRandomValues(new Uint8Array(count))
  let block = digest('sha256', seed)
  let used = 0
  return (count) => {
    const bytes = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      if (used === block.length) {
        block = digest('sha256', seed, block)
        used = 0
      }
      bytes[i] = block[used++]!
    }
    return bytes
  }
}
