import { createCipheriv, createDecipheriv, createHash, createHmac, getCiphers, getHashes } from 'node:crypto'
import { concatBytes } from '../bytes/compare.ts'
import { extendInPlace } from './extend-node.ts'
import type { SmEngine } from './sm-engine.ts'
import { sm as portable } from './sm-portable.ts'

/** OpenSSL has them only where it was built with them; other runtimes with a node:crypto lack some. */
const hasSm3 = getHashes().includes('sm3')
const hasSm4 = ['sm4-ecb', 'sm4-cbc'].every((name) => getCiphers().includes(name))

export const sm: SmEngine = {
  digest: hasSm3
    ? (parts) => {
        const running = createHash('sm3')
        for (const part of parts) running.update(part)
        return Uint8Array.from(running.digest())
      }
    : portable.digest,
  extend: hasSm3 ? (start, links) => extendInPlace('sm3', start, links) : portable.extend,
  hmac: hasSm3
    ? (key, parts) => {
        const running = createHmac('sm3', key)
        for (const part of parts) running.update(part)
        return Uint8Array.from(running.digest())
      }
    : portable.hmac,
  cryptBlocks: hasSm4
    ? (key, data, direction) => {
        const cipher = (direction === 'encrypt' ? createCipheriv : createDecipheriv)('sm4-ecb', key, null)
        cipher.setAutoPadding(false)
        return concatBytes(cipher.update(data), cipher.final())
      }
    : portable.cryptBlocks,
  encryptChain: hasSm4
    ? (key, iv, data) => {
        const cipher = createCipheriv('sm4-cbc', key, iv)
        cipher.setAutoPadding(false)
        return concatBytes(cipher.update(data), cipher.final())
      }
    : portable.encryptChain,
}
