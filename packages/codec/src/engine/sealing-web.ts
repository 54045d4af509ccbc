import type { SealingEngine } from './sealing-engine.ts'

/** Bits of the shared secret: the field width in whole bytes. */
const SECRET_BITS = { 'P-256': 256, 'P-521': 528 } as const
const UNCOMPRESSED = 4

/** WebCrypto of the browser or the edge runtime. */
export const sealing: SealingEngine = {
  async agreeEphemerally(curve, peerPoint) {
    const algorithm = { name: 'ECDH', namedCurve: curve }
    const raw = Uint8Array.of(UNCOMPRESSED, ...peerPoint)
    const peer = await crypto.subtle.importKey('raw', raw, algorithm, false, [])
    const own = await crypto.subtle.generateKey(algorithm, false, ['deriveBits'])
    const point = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey))
    const bits = await crypto.subtle.deriveBits({ name: 'ECDH', public: peer }, own.privateKey, SECRET_BITS[curve])
    return { publicPoint: point.subarray(1), secret: new Uint8Array(bits) }
  },
  async sealAesGcm({ key, iv, additionalData }, plaintext) {
    const imported = await crypto.subtle.importKey('raw', ownBytes(key), 'AES-GCM', false, ['encrypt'])
    const data = additionalData === undefined ? {} : { additionalData: ownBytes(additionalData) }
    const parameters = { name: 'AES-GCM', iv: ownBytes(iv), ...data }
    return new Uint8Array(await crypto.subtle.encrypt(parameters, imported, ownBytes(plaintext)))
  },
  async wrapAesKey(kek, key) {
    const wrapping = await crypto.subtle.importKey('raw', ownBytes(kek), 'AES-KW', false, ['wrapKey'])
    const wrapped = await crypto.subtle.importKey('raw', ownBytes(key), 'AES-GCM', true, ['encrypt'])
    return new Uint8Array(await crypto.subtle.wrapKey('raw', wrapped, wrapping, 'AES-KW'))
  },
}

/** A copy that owns its buffer, as WebCrypto wants it. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
