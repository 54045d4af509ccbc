import { createCipheriv, createECDH, createSecretKey } from 'node:crypto'
import { concatBytes } from '../bytes/compare.ts'
import type { SealingEngine } from './sealing-engine.ts'

const CURVES = { 'P-256': 'prime256v1', 'P-521': 'secp521r1' } as const
const UNCOMPRESSED = Uint8Array.of(4)
/** The initial value of RFC 3394 §2.2.3.1. */
const WRAP_IV = new Uint8Array(8).fill(0xa6)

/** Node's OpenSSL; everything is synchronous, which costs a fraction of what WebCrypto's jobs do. */
export const sealing: SealingEngine = {
  agreeEphemerally(curve, peerPoint) {
    const own = createECDH(CURVES[curve])
    const publicPoint = new Uint8Array(own.generateKeys().subarray(1))
    return { publicPoint, secret: own.computeSecret(concatBytes(UNCOMPRESSED, peerPoint)) }
  },
  sealAesGcm({ key, iv, additionalData }, plaintext) {
    const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), iv)
    if (additionalData !== undefined) cipher.setAAD(additionalData)
    return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
  },
  wrapAesKey(kek, key) {
    const cipher = createCipheriv('aes256-wrap', createSecretKey(kek), WRAP_IV)
    return concatBytes(cipher.update(key), cipher.final())
  },
}
