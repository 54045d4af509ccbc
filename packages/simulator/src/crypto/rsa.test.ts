import { constants, createPublicKey, publicEncrypt, verify } from 'node:crypto'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { deriveRsaKey } from './rsa.ts'
import { createSeed } from './seed.ts'

const seed = createSeed('rsa')
const key = deriveRsaKey(seed, 'test', 2048)
const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })

describe('a derived RSA key', () => {
  test('is the same each time and signs alike', () => {
    const again = deriveRsaKey(seed, 'test', 2048)
    const data = encodeUtf8('data')
    expect(again.spki).toEqual(key.spki)
    expect(again.signPss('sha384', data)).toEqual(key.signPss('sha384', data))
    expect(deriveRsaKey(seed, 'other', 2048).modulus).not.toEqual(key.modulus)
  })

  test.each(['sha256', 'sha384'] as const)('signs what the runtime verifies with %s', (hash) => {
    const data = encodeUtf8(`data for ${hash}`)
    expect(verify(hash, data, publicKey, key.signPkcs1(hash, data))).toBe(true)
    const pss = {
      key: publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }
    expect(verify(hash, data, pss, key.signPss(hash, data))).toBe(true)
    expect(verify(hash, encodeUtf8('other'), pss, key.signPss(hash, data))).toBe(false)
  })

  test('opens what was encrypted for it, and nothing else', () => {
    const [oaepLabel, wrong] = [encodeUtf8('IDENTITY\0'), encodeUtf8('OTHER\0')]
    const sealed = publicEncrypt({ key: publicKey, oaepHash: 'sha256', oaepLabel }, encodeUtf8('seed'))
    expect(key.decryptOaep(oaepLabel, sealed)).toEqual(encodeUtf8('seed'))
    expect(key.decryptOaep(wrong, sealed)).toBeUndefined()
  })
})
