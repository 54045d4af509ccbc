import { concatBytes } from '../bytes/compare.ts'

const INITIAL = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
] as const

const BLOCK_BYTES = 64

/** SM3 digest of the parts joined, 32 bytes (GB/T 32905-2016), synchronous and without a native engine. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const message = pad(concatBytes(...parts))
  const view = new DataView(message.buffer)
  const state = Uint32Array.from(INITIAL)
  const words = new Uint32Array(68)
  for (let offset = 0; offset < message.length; offset += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(offset + 4 * i)
    for (let i = 16; i < 68; i++) {
      const mixed = words[i - 16]! ^ words[i - 9]! ^ rotate(words[i - 3]!, 15)
      words[i] = mixed ^ rotate(mixed, 15) ^ rotate(mixed, 23) ^ rotate(words[i - 13]!, 7) ^ words[i - 6]!
    }
    compress(state, words)
  }
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) out.setUint32(4 * i, state[i]!)
  return digest
}

/** One bit, zeros, and the length in bits as 64 bits, to whole blocks. */
function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  padded.set(message)
  padded[message.length] = 0x80
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n)
  return padded
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const early = i < 16
    const a12 = rotate(a, 12)
    const ss1 = rotate((a12 + e + rotate(early ? 0x79cc4519 : 0x7a879d8a, i % 32)) | 0, 7)
    const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = early ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + (ss1 ^ a12) + (words[i]! ^ words[i + 4]!)) | 0
    const tt2 = (gg + h + ss1 + words[i]!) | 0
    d = c
    c = rotate(b, 9)
    b = a
    a = tt1
    h = g
    g = rotate(f, 19)
    f = e
    e = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = state[i]! ^ mixed[i]!
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
