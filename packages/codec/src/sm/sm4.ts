import { sm } from '#engine-sm'
import { concatBytes } from '../bytes/compare.ts'
import { CodecError } from '../errors.ts'

/**
 * SM4 in a mode of operation. `ecb` and `cbc` pad with PKCS#7 unless `padding` is `none`; `ctr` counts in all 128 bits
 * of the vector and never pads. None of them authenticates: put a MAC over the ciphertext.
 */
export type Sm4Options =
  | { readonly mode: 'ecb'; readonly key: Uint8Array; readonly padding?: 'pkcs7' | 'none' }
  | { readonly mode: 'cbc'; readonly key: Uint8Array; readonly iv: Uint8Array; readonly padding?: 'pkcs7' | 'none' }
  | { readonly mode: 'ctr'; readonly key: Uint8Array; readonly iv: Uint8Array }

/** Encrypts with SM4 (GB/T 32907). A key, vector or length that does not fit throws `CODEC_CIPHER_INVALID`. */
export function encryptSm4(options: Sm4Options, data: Uint8Array): Uint8Array {
  check(options)
  if (options.mode === 'ctr') return applyStream(options.key, options.iv, data)
  const whole = options.padding === 'none' ? data : concatBytes(data, padding(data.length))
  checkBlocks(whole)
  return options.mode === 'ecb'
    ? sm.cryptBlocks(options.key, whole, 'encrypt')
    : sm.encryptChain(options.key, options.iv, whole)
}

/** Decrypts with SM4 (GB/T 32907). What does not fit, padding included, throws `CODEC_CIPHER_INVALID`. */
export function decryptSm4(options: Sm4Options, data: Uint8Array): Uint8Array {
  check(options)
  if (options.mode === 'ctr') return applyStream(options.key, options.iv, data)
  checkBlocks(data)
  const whole = sm.cryptBlocks(options.key, data, 'decrypt')
  if (options.mode === 'cbc') {
    for (let i = 0; i < whole.length; i++) whole[i]! ^= i < 16 ? options.iv[i]! : data[i - 16]!
  }
  return options.padding === 'none' ? whole : withoutPadding(whole)
}

function applyStream(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const counters = new Uint8Array(Math.ceil(data.length / 16) * 16)
  const counter = iv.slice()
  for (let offset = 0; offset < counters.length; offset += 16) {
    counters.set(counter, offset)
    for (let i = 15; i >= 0; i--) {
      counter[i] = (counter[i]! + 1) & 0xff
      if (counter[i] !== 0) break
    }
  }
  const stream = sm.cryptBlocks(key, counters, 'encrypt')
  return data.map((byte, i) => byte ^ stream[i]!)
}

function check(options: Sm4Options): void {
  if (options.key.length !== 16) throw invalid('An SM4 key has 16 bytes.')
  if (options.mode !== 'ecb' && options.iv.length !== 16) throw invalid('An initial vector of SM4 has 16 bytes.')
}

function checkBlocks(data: Uint8Array): void {
  if (data.length % 16 !== 0) throw invalid('The data is not made of whole blocks.')
}

function padding(length: number): Uint8Array {
  const count = 16 - (length % 16)
  return new Uint8Array(count).fill(count)
}

function withoutPadding(data: Uint8Array): Uint8Array {
  const count = data[data.length - 1] ?? 0
  const isPadded = count >= 1 && count <= 16 && data.subarray(data.length - count).every((byte) => byte === count)
  if (!isPadded) throw invalid('The padding is not PKCS#7.')
  return data.slice(0, data.length - count)
}

function invalid(message: string): CodecError {
  return new CodecError('CODEC_CIPHER_INVALID', message)
}
