import { concatBytes, encodeUtf8, u32be } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'

/** 32 bytes that everything random in a simulated world is derived from. */
export type Seed = Uint8Array

/** The seed that a text stands for, so that the same name gives the same world. */
export function createSeed(text: string): Seed {
  return digest('sha256', encodeUtf8(`veritee simulator\0${text}`))
}

/** `sizeBytes` bytes that belong to `label`. */
export function deriveBytes(seed: Seed, label: string, sizeBytes: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let counter = 0; counter * 32 < sizeBytes; counter++) {
    blocks.push(hmac('sha256', seed, encodeUtf8(label), u32be(counter)))
  }
  return concatBytes(...blocks).slice(0, sizeBytes)
}
