import { decodeHex } from '../bytes/hex.ts'

/** S-box of GB/T 32907 §6.2. */
const SBOX = decodeHex(
  [
    'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699',
    '9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6',
    '4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35',
    '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e',
    'eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3',
    '1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51',
    '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0',
    '8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948',
  ].join(''),
)

/** System parameter FK (GB/T 32907 §7.3). */
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const

/** Round keys of the SM4 block cipher, forward for encryption. */
export function expandSm4Key(key: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, 16)
  let [a, b, c, d] = FK.map((constant, i) => view.getUint32(4 * i) ^ constant) as [number, number, number, number]
  const roundKeys = new Uint32Array(32)
  for (let i = 0; i < 32; i++) {
    let constant = 0
    for (let j = 0; j < 4; j++) constant = (constant << 8) | (((4 * i + j) * 7) & 0xff)
    const t = substitute(b ^ c ^ d ^ constant)
    const next = a ^ t ^ rotate(t, 13) ^ rotate(t, 23)
    roundKeys[i] = next
    ;[a, b, c, d] = [b, c, d, next]
  }
  return roundKeys
}

/** One block from `from` at `offset` into `to` at the same offset; reversed round keys decrypt. */
export function cryptSm4Block(roundKeys: Uint32Array, from: Uint8Array, to: Uint8Array, offset: number): void {
  const source = new DataView(from.buffer, from.byteOffset + offset, 16)
  let a = source.getUint32(0)
  let b = source.getUint32(4)
  let c = source.getUint32(8)
  let d = source.getUint32(12)
  for (let i = 0; i < 32; i++) {
    const t = substitute(b ^ c ^ d ^ roundKeys[i]!)
    const next = a ^ t ^ rotate(t, 2) ^ rotate(t, 10) ^ rotate(t, 18) ^ rotate(t, 24)
    a = b
    b = c
    c = d
    d = next
  }
  const target = new DataView(to.buffer, to.byteOffset + offset, 16)
  target.setUint32(0, d)
  target.setUint32(4, c)
  target.setUint32(8, b)
  target.setUint32(12, a)
}

function substitute(word: number): number {
  return (
    (SBOX[word >>> 24]! << 24) |
    (SBOX[(word >>> 16) & 0xff]! << 16) |
    (SBOX[(word >>> 8) & 0xff]! << 8) |
    SBOX[word & 0xff]!
  )
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
