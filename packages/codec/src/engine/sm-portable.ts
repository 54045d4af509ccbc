import { digestSm3 } from '../sm/sm3-digest.ts'
import { cryptSm4Block, expandSm4Key } from '../sm/sm4-block.ts'
import { extendWith } from './extend.ts'
import type { SmEngine } from './sm-engine.ts'

/** The national algorithms in plain JavaScript. */
export const sm: SmEngine = {
  digest: digestSm3,
  extend: (start, links) => extendWith(digestSm3, start, links),
  hmac(key, parts) {
    const block = new Uint8Array(64)
    block.set(key.length > 64 ? digestSm3([key]) : key)
    const inner = digestSm3([block.map((byte) => byte ^ 0x36), ...parts])
    return digestSm3([block.map((byte) => byte ^ 0x5c), inner])
  },
  cryptBlocks(key, data, direction) {
    const roundKeys = expandSm4Key(key)
    if (direction === 'decrypt') roundKeys.reverse()
    const out = new Uint8Array(data.length)
    for (let offset = 0; offset < data.length; offset += 16) cryptSm4Block(roundKeys, data, out, offset)
    return out
  },
  encryptChain(key, iv, data) {
    const roundKeys = expandSm4Key(key)
    const out = data.slice()
    let previous = iv
    for (let offset = 0; offset < data.length; offset += 16) {
      for (let i = 0; i < 16; i++) out[offset + i]! ^= previous[i]!
      cryptSm4Block(roundKeys, out, out, offset)
      previous = out.subarray(offset, offset + 16)
    }
    return out
  },
}
