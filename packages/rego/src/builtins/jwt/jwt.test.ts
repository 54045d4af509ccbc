import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callBuiltin } from '../../../conformance/call-builtin.ts'
import type { RegoError } from '../../errors.ts'
import { compilePolicy } from '../../policy/compile-policy.ts'
import { bytesOf, encodeBase64 } from '../encoding/bytes.ts'

const url = (value: unknown): string =>
  encodeBase64(bytesOf(typeof value === 'string' ? value : JSON.stringify(value)), { urlSafe: true, padded: false })

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEYS: Readonly<Record<string, { readonly secret: object; readonly open: string }>> = {
  HS256: { secret: { kty: 'oct', k: url('secret') }, open: 'secret' },
  RS256: pair(RSA),
  PS384: pair(RSA),
  ES256: pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  ES384: pair(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  ES512: pair(generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  EdDSA: pair(generateKeyPairSync('ed25519')),
}

function pair(keys: ReturnType<typeof generateKeyPairSync>): { secret: object; open: string } {
  const { privateKey, publicKey } = keys as typeof RSA
  return {
    secret: privateKey.export({ format: 'jwk' }),
    open: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function sign(alg: string, claims: object, header: object = {}): string {
  return callBuiltin('io.jwt.encode_sign', { alg, ...header }, claims, KEYS[alg]!.secret) as string
}

const verifyAll = (token: string, constraints: object): unknown =>
  callBuiltin('io.jwt.decode_verify', token, constraints)
const REFUSED = [false, {}, {}]

describe.each(Object.keys(KEYS))('%s', (alg) => {
  const token = sign(alg, { sub: 'x' })
  const name = `io.jwt.verify_${alg.toLowerCase()}`
  const constraint = alg === 'HS256' ? { secret: 'secret' } : { cert: KEYS[alg]!.open }

  test('is verified with its own key', () => {
    expect(callBuiltin(name, token, KEYS[alg]!.open)).toBe(true)
    expect(verifyAll(token, constraint)).toEqual([true, { alg }, { sub: 'x' }])
  })

  test('is refused with another payload, a cut signature or no signature', () => {
    const [header, , signature] = token.split('.') as [string, string, string]
    for (const forged of [
      `${header}.${url({ sub: 'y' })}.${signature}`,
      `${header}.${url({ sub: 'x' })}.${signature.slice(0, -4)}`,
      `${header}.${url({ sub: 'x' })}.`,
    ]) {
      expect(callBuiltin(name, forged, KEYS[alg]!.open)).toBe(false)
      expect(verifyAll(forged, constraint)).toEqual(REFUSED)
    }
  })
})

describe('confusions', () => {
  test('a public key is no secret', () => {
    const header = { alg: 'HS256' }
    const key = { kty: 'oct', k: url(KEYS['RS256']!.open) }
    const token = callBuiltin('io.jwt.encode_sign', header, { sub: 'x' }, key) as string
    expect(verifyAll(token, { cert: KEYS['RS256']!.open })).toEqual(REFUSED)
  })

  test.each(['none', 'None', 'RS255', ''])('the algorithm %j is refused', (alg) => {
    const token = `${url({ alg })}.${url({ sub: 'x' })}.`
    expect(verifyAll(token, { cert: KEYS['RS256']!.open })).toEqual(REFUSED)
  })

  test('a key of another kind does not verify', () => {
    expect(callBuiltin('io.jwt.verify_es256', sign('ES256', {}), KEYS['ES384']!.open)).toBe(false)
    expect(callBuiltin('io.jwt.verify_es384', sign('ES256', {}), KEYS['ES256']!.open)).toBe(false)
    expect(callBuiltin('io.jwt.verify_ps256', sign('RS256', {}), KEYS['RS256']!.open)).toBe(false)
    expect(callBuiltin('io.jwt.verify_rs256', sign('RS256', {}), pair(OTHER).open)).toBe(false)
  })

  test('a key that the header names is the only one tried', () => {
    const jwk = (keys: typeof RSA, kid: string): object => ({ ...keys.publicKey.export({ format: 'jwk' }), kid })
    const cert = JSON.stringify({ keys: [jwk(OTHER, 'a'), jwk(RSA, 'b')] })
    expect(callBuiltin('io.jwt.verify_rs256', sign('RS256', {}, { kid: 'b' }), cert)).toBe(true)
    expect(callBuiltin('io.jwt.verify_rs256', sign('RS256', {}, { kid: 'a' }), cert)).toBe(false)
    expect(callBuiltin('io.jwt.verify_rs256', sign('RS256', {}, { kid: 'c' }), cert)).toBe(true)
  })
})

describe('constraints', () => {
  const secret = 'secret'
  const claims = { iss: 'i', aud: ['a', 'b'], exp: 2000, nbf: 1000 }
  const good = { secret, iss: 'i', aud: 'b', time: 1500e9 }
  const token = sign('HS256', claims)

  test('that are met give the claims', () => {
    expect(verifyAll(token, good)).toEqual([true, { alg: 'HS256' }, claims])
  })

  test.each([
    ['the issuer', { iss: 'j' }],
    ['the audience', { aud: 'c' }],
    ['the algorithm', { alg: 'HS384' }],
    ['the end', { time: 2000e9 }],
    ['the beginning', { time: 999e9 }],
  ])('that miss %s refuse', (_, change) => {
    expect(verifyAll(token, { ...good, ...change })).toEqual(REFUSED)
  })

  test('a token with an audience is refused where none is named', () => {
    expect(verifyAll(token, { secret, time: 1500e9 })).toEqual(REFUSED)
  })

  test('a header that must be understood and is not refuses', () => {
    expect(verifyAll(sign('HS256', {}, { crit: ['x'], x: 1 }), { secret })).toEqual(REFUSED)
  })

  test('a nested token is opened', () => {
    const outer = callBuiltin(
      'io.jwt.encode_sign_raw',
      JSON.stringify({ alg: 'HS256', cty: 'JWT' }),
      JSON.stringify(sign('HS256', { sub: 'x' })),
      JSON.stringify(KEYS['HS256']!.secret),
    )
    expect(verifyAll(outer as string, { secret })).toEqual([true, { alg: 'HS256' }, { sub: 'x' }])
  })

  test.each([
    [{}, 'failed: no key constraint'],
    [{ secret, cert: '{"kty":"oct","k":"eA"}' }, 'failed: duplicate key constraints'],
    [{ secret, x: 1 }, 'failed: unknown token validation constraint: x'],
    [{ secret, time: -1 }, 'failed: token time constraint: must not be negative'],
    [{ secret, iss: 1 }, 'failed: iss constraint: must be a string'],
    [{ cert: 'x' }, /^failed: failed to parse a JWK key \(set\): /],
    [{ cert: '{"kty":"RSA","n":"AQAB","e":"AQAB"}' }, /^failed: failed to parse a JWK key \(set\): /],
  ])('%j is an error', (constraints, expected) => {
    const result = verifyAll(token, constraints)
    if (expected instanceof RegExp) expect(result).toMatch(expected)
    else expect(result).toBe(expected)
  })
})

test.each([
  [{ alg: 'RS256' }, { kty: 'oct', k: 'eA' }, "failed: the key's kty is not RSA"],
  [{ alg: 'ES256' }, KEYS['ES384']!.secret, "failed: the key's crv is not P-256"],
  [{ alg: 'RS256' }, { ...KEYS['RS256']!.secret, p: 'AQAB' }, 'failed: the RSA key is not valid'],
  [{ alg: 'none' }, { kty: 'oct', k: 'eA' }, 'failed: unknown JWS algorithm: none'],
  [
    { alg: 1 },
    { kty: 'oct', k: 'eA' },
    'failed: missing or invalid \'alg\' header: jwsbb: header "alg" is not a string',
  ],
])('encode_sign of %j refuses, case %#', (header, key, expected) => {
  expect(callBuiltin('io.jwt.encode_sign', header, {}, key)).toBe(expected)
})

describe('policies of version 0', () => {
  const KEY = '{"kty": "oct", "k": "c2VjcmV0"}'

  /** The value of a term of version 0, or the message of its error. */
  function ask(term: string): unknown {
    const policy = compilePolicy([{ file: 'p.rego', text: `package p\nx = ${term}` }], { version: 'v0' })
    try {
      return policy.evaluateRule('data.p.x', { strictBuiltinErrors: true }).value
    } catch (error) {
      return (error as RegoError).message
    }
  }

  test('sign JSON with spaces, and it verifies', () => {
    const token = ask(`io.jwt.encode_sign({"typ": "JWT", "alg": "HS256"}, {"a": [1, 2]}, ${KEY})`) as string
    const [header, payload] = token.split('.')
    expect([header, payload]).toEqual([url('{"alg": "HS256", "typ": "JWT"}'), url('{"a": [1, 2]}')])
    expect(verifyAll(token, { secret: 'secret' })).toEqual([true, { alg: 'HS256', typ: 'JWT' }, { a: [1, 2] }])
  })

  test.each([
    ['{"typ:"JWT"}', "invalid character 'J': expected a colon"],
    ['', 'unexpected end of JSON input'],
    ['{"alg":', 'unexpected end of JSON input'],
    ['[]', 'the header is not a JSON object'],
    ['{}', 'unsupported signature algorithm: ""'],
    ['{"alg":"none"}', 'unsupported signature algorithm: "none"'],
    ['{"alg":1}', 'unknown signature algorithm'],
    ['{"alg":"dummy"}', 'unknown signature algorithm'],
    [`{"alg":${'9'.repeat(5000)}}`, 'io.jwt.encode_sign_raw: '],
  ])('refuse the header %.40s', (header, problem) => {
    expect(ask(`io.jwt.encode_sign_raw(\`${header}\`, "{}", \`${KEY}\`)`)).toContain(problem)
  })

  test.each(['{}', '{"a": {1}}'])('refuse the payload %s unless it is JSON', (payload) => {
    const answer = ask(`io.jwt.encode_sign({"alg": "HS256"}, ${payload}, ${KEY})`)
    if (payload === '{}') expect(answer).toMatch(/^ey[^.]+[.]e30[.]/)
    else expect(answer).toContain('type is JWT but payload is not JSON')
  })
})
