const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e] as const

/** Digest of the parts joined, by GB/T 32905 in plain JavaScript. */
export function digestSm3(parts: readonly Uint8Array[]): Uint8Array {
  const state = Uint32Array.from(IV)
  const block = new Uint8Array(64)
  const words = new Uint32Array(68)
  let filled = 0
  let total = 0
  for (const part of parts) {
    total += part.length
    for (let from = 0; from < part.length; ) {
      const count = Math.min(64 - filled, part.length - from)
      block.set(part.subarray(from, from + count), filled)
      filled += count
      from += count
      if (filled === 64) {
        compress(state, block, words)
        filled = 0
      }
    }
  }
  block[filled++] = 0x80
  if (filled > 56) {
    block.fill(0, filled)
    compress(state, block, words)
    filled = 0
  }
  block.fill(0, filled)
  new DataView(block.buffer).setBigUint64(56, BigInt(total) * 8n)
  compress(state, block, words)

  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  state.forEach((word, i) => {
    view.setUint32(4 * i, word)
  })
  return digest
}

/** The compression function (GB/T 32905 §5.3.3). */
function compress(state: Uint32Array, block: Uint8Array, words: Uint32Array): void {
  const view = new DataView(block.buffer)
  for (let j = 0; j < 16; j++) words[j] = view.getUint32(4 * j)
  for (let j = 16; j < 68; j++) {
    const mixed = words[j - 16]! ^ words[j - 9]! ^ rotate(words[j - 3]!, 15)
    words[j] = mixed ^ rotate(mixed, 15) ^ rotate(mixed, 23) ^ rotate(words[j - 13]!, 7) ^ words[j - 6]!
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let j = 0; j < 64; j++) {
    const early = j < 16
    const turned = rotate(a, 12)
    const ss1 = rotate((turned + e + rotate(early ? 0x79cc4519 : 0x7a879d8a, j % 32)) | 0, 7)
    const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = early ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + (ss1 ^ turned) + (words[j]! ^ words[j + 4]!)) | 0
    const tt2 = (gg + h + ss1 + words[j]!) | 0
    d = c
    c = rotate(b, 9)
    b = a
    a = tt1
    h = g
    g = rotate(f, 19)
    f = e
    e = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)
  }
  const next = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i]! ^= next[i]!
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
