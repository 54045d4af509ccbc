/** Shifts of the four rounds (RFC 1321 §3.4). */
const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const
const SINES = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32))
const BLOCK_BYTES = 64

function mix(state: Uint32Array, block: DataView, start: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    let value: number
    let word: number
    if (round === 0) {
      value = (b & c) | (~b & d)
      word = i
    } else if (round === 1) {
      value = (d & b) | (~d & c)
      word = (5 * i + 1) & 15
    } else if (round === 2) {
      value = b ^ c ^ d
      word = (3 * i + 5) & 15
    } else {
      value = c ^ (b | ~d)
      word = (7 * i) & 15
    }
    const sum = (a + value + SINES[i]! + block.getUint32(start + 4 * word, true)) | 0
    const shift = SHIFTS[round]![i & 3]!
    a = d
    d = c
    c = b
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}

/** MD5 of the parts joined (RFC 1321). Broken as a signature's digest: for reading what others made with it. */
export function md5(...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((total, part) => total + part.length, 0)
  const padded = new Uint8Array(Math.ceil((size + 9) / BLOCK_BYTES) * BLOCK_BYTES)
  let at = 0
  for (const part of parts) {
    padded.set(part, at)
    at += part.length
  }
  padded[size] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(size) * 8n, true)
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let start = 0; start < padded.length; start += BLOCK_BYTES) mix(state, view, start)
  const digest = new DataView(new ArrayBuffer(16))
  for (const [i, word] of state.entries()) digest.setUint32(4 * i, word, true)
  return new Uint8Array(digest.buffer)
}

/** HMAC-MD5 (RFC 2104). */
export function hmacMd5(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? md5(key) : key)
  const inner = block.map((byte) => byte ^ 0x36)
  const outer = block.map((byte) => byte ^ 0x5c)
  return md5(outer, md5(inner, message))
}
