import { constants, createHash, createHmac, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callBuiltin } from '../../../conformance/call-builtin.ts'
import { parsePkcs1, parsePkcs8, parseSec1 } from './keys/private-key.ts'
import { signEcdsa } from './signing/ecdsa.ts'
import { signEd25519 } from './signing/ed25519.ts'
import { signPkcs1, signPss } from './signing/rsa.ts'

const MESSAGE = new TextEncoder().encode('a message')

test.each(['', 'abc', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'é'.repeat(200)])('digests of %j', (text) => {
  for (const name of ['md5', 'sha1', 'sha256']) {
    expect(callBuiltin(`crypto.${name}`, text)).toBe(createHash(name).update(text).digest('hex'))
  }
  for (const name of ['md5', 'sha1', 'sha256', 'sha512']) {
    expect(callBuiltin(`crypto.hmac.${name}`, 'm', text)).toBe(createHmac(name, text).update('m').digest('hex'))
  }
})

test('crypto.hmac.equal compares texts', () => {
  expect(callBuiltin('crypto.hmac.equal', 'ab', 'ab')).toBe(true)
  expect(callBuiltin('crypto.hmac.equal', 'ab', 'ac')).toBe(false)
})

describe('signatures are accepted by OpenSSL', () => {
  test.each([
    ['P-256', 'prime256v1', 'sha256'],
    ['P-384', 'secp384r1', 'sha384'],
    ['P-521', 'secp521r1', 'sha512'],
  ] as const)('ECDSA on %s', (curve, namedCurve, hash) => {
    const pair = generateKeyPairSync('ec', { namedCurve })
    const key = parseSec1(pair.privateKey.export({ type: 'sec1', format: 'der' }))
    expect(parsePkcs8(pair.privateKey.export({ type: 'pkcs8', format: 'der' }))).toEqual(key)
    const signature = signEcdsa(curve, hash, key.d, MESSAGE)
    expect(verify(hash, MESSAGE, { key: pair.publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
    expect(verify(hash, MESSAGE.slice(1), { key: pair.publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(false)
  })

  test('Ed25519', () => {
    const pair = generateKeyPairSync('ed25519')
    const key = parsePkcs8(pair.privateKey.export({ type: 'pkcs8', format: 'der' }))
    if (key.kind !== 'ed25519') throw new Error('another kind of key')
    expect(verify(null, MESSAGE, pair.publicKey, signEd25519(key.seed, MESSAGE))).toBe(true)
  })

  test('RSA in both paddings', () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = parsePkcs1(pair.privateKey.export({ type: 'pkcs1', format: 'der' }))
    expect(verify('sha256', MESSAGE, pair.publicKey, signPkcs1(key, 'sha256', MESSAGE))).toBe(true)
    const padded = { key: pair.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }
    expect(verify('sha512', MESSAGE, padded, signPss(key, 'sha512', MESSAGE, randomBytes(64)))).toBe(true)
  })
})

describe('private keys', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  test('become the JWK that OpenSSL makes', () => {
    const { kty, crv, x, y, d } = pair.privateKey.export({ format: 'jwk' })
    expect(callBuiltin('crypto.x509.parse_rsa_private_key', pem)).toEqual({ kty, crv, x, y, d })
  })

  test('are listed with the members of their kind', () => {
    const keys = callBuiltin('crypto.parse_private_keys', pem + pem) as Record<string, unknown>[]
    expect(keys).toHaveLength(2)
    expect(Object.keys(keys[0]!)).toEqual(['Curve', 'D', 'X', 'Y'])
  })

  test.each([
    ['crypto.x509.parse_rsa_private_key', '', 'failed: input PEM data was empty'],
    ['crypto.x509.parse_rsa_private_key', 'AAAA', null],
    ['crypto.parse_private_keys', 'no keys', []],
    [
      'crypto.parse_private_keys',
      '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n',
      /^failed: x509: failed to parse private key/,
    ],
  ])('%s(%j)', (name, text, expected) => {
    const result = callBuiltin(name, text)
    if (expected instanceof RegExp) expect(result).toMatch(expected)
    else expect(result).toEqual(expected)
  })
})
