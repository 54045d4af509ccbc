import { CodedError } from '@veritee/codec/error'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BROKER_ERRORS, BrokerError, type BrokerErrorCode } from '../errors.ts'
import {
  createErrorBody,
  encodeAttestation,
  encodeAuthRequest,
  encodeChallenge,
  nameErrorType,
  parseAttestation,
  parseAuthRequest,
  parseChallenge,
  parseErrorBody,
  parseJweResponse,
  parseTeeName,
  parseTeePublicKey,
  parseTokenResponse,
  spellTeePlain,
  TEE_NAMES,
} from './index.ts'

const key = {
  kty: 'EC',
  crv: 'P-256',
  alg: 'ECDH-ES+A256KW',
  x: 'f_mCE0IN6euCV1on2cJsxCjGxdz6F34Jc3rlElWfX0A',
  y: 'fO3ttjPKworhBzE7h3H_f4ml5oo468dpXIffDUw6swU',
} as const

const attestation = {
  'runtime-data': { nonce: 'bm9uY2U=', 'tee-pubkey': key },
  'tee-evidence': { primary_evidence: { quote: 'AA==' }, additional_evidence: '' },
}

/** The attestation with one member changed, by a dotted path. */
function change(path: string, value: unknown): string {
  const copy = structuredClone(attestation) as Record<string, unknown>
  const names = path.split('.')
  const last = names.pop()!
  let parent = copy
  for (const name of names) parent = parent[name] as Record<string, unknown>
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return JSON.stringify(copy)
}

const refusal = (code: BrokerErrorCode, path?: string) =>
  expect.objectContaining({
    name: 'BrokerError',
    code,
    ...(path === undefined ? {} : { details: expect.objectContaining({ path }) }),
  })

describe('names of machines', () => {
  test('both spellings', () => {
    expect(parseTeeName('aztdxvtpm')).toBe('az-tdx-vtpm')
    expect(parseTeeName('az-tdx-vtpm')).toBe('az-tdx-vtpm')
    for (const name of TEE_NAMES) expect(parseTeeName(spellTeePlain(name))).toBe(name)
  })

  test.each(['', 'TDX', 'tdx ', 'constructor', 'az-tdxvtpm', 1, null, undefined])('%j is none', (name) => {
    expect(() => parseTeeName(name)).toThrow(refusal('BROKER_TEE_UNKNOWN'))
  })
})

describe('request', () => {
  test('written and read', () => {
    expect(parseAuthRequest(encodeAuthRequest({ version: '0.4.0', tee: 'tdx' }))).toMatchObject({
      version: '0.4.0',
      tee: 'tdx',
      hashes: ['sha256', 'sha384', 'sha512', 'sm3'],
    })
  })

  test('an attestation policy is chosen by its id; null chooses none', () => {
    const request = { version: '0.4.0', tee: 'tdx', policy: 'gpu-hosts' } as const
    expect(parseAuthRequest(encodeAuthRequest(request)).policy).toBe('gpu-hosts')
    const none = '{"version":"0.4.0","tee":"tdx","extra-params":{"id":null}}'
    expect(parseAuthRequest(none)).not.toHaveProperty('policy')
  })

  test('extra parameters of any form, and hashes that are not known', () => {
    const read = (extra: unknown) =>
      parseAuthRequest(JSON.stringify({ version: '0.4.0', tee: 'snp', 'extra-params': extra }))
    for (const extra of ['foo', 1, [], { id: 'x' }, null]) expect(read(extra).hashes).toBeUndefined()
    expect(read({ 'supported-hash-algorithms': ['SHA384', 'blake3'] }).hashes).toEqual(['sha384'])
  })

  test.each<[string, BrokerErrorCode]>([
    ['', 'BROKER_REQUEST_INVALID'],
    ['[]', 'BROKER_REQUEST_INVALID'],
    ['{"tee":"tdx"}', 'BROKER_REQUEST_INVALID'],
    ['{"version":4,"tee":"tdx"}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.4","tee":"tdx"}', 'BROKER_VERSION_UNSUPPORTED'],
    ['{"version":"0.5.0","tee":"tdx"}', 'BROKER_VERSION_UNSUPPORTED'],
    ['{"version":"0.4.0"}', 'BROKER_TEE_UNKNOWN'],
    ['{"version":"0.4.0","tee":"tdx","tee":"sgx"}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.4.0","tee":"tdx","extra-params":{"supported-hash-algorithms":"sha384"}}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.4.0","tee":"tdx","extra-params":{"supported-hash-algorithms":[1]}}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.1.0","tee":"tdx","extra-params":{}}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.4.0","tee":"tdx","extra-params":{"id":1}}', 'BROKER_REQUEST_INVALID'],
    ['{"version":"0.4.0","tee":"tdx","extra-params":{"id":"../x"}}', 'BROKER_REQUEST_INVALID'],
    [`{"version":"0.4.0","tee":"tdx","extra-params":${'['.repeat(20)}${']'.repeat(20)}}`, 'BROKER_REQUEST_INVALID'],
    [`{"version":"0.4.0","tee":"tdx","extra-params":"${'A'.repeat(1 << 17)}"}`, 'BROKER_REQUEST_INVALID'],
  ])('%.60s is refused', (body, code) => {
    expect(() => parseAuthRequest(body)).toThrow(refusal(code))
  })
})

describe('challenge', () => {
  test('written and read', () => {
    const challenge = { nonce: 'AA==', extraParams: { 'selected-hash-algorithm': 'sm3' } }
    expect(parseChallenge(encodeChallenge(challenge))).toEqual({ ...challenge, selectedHash: 'sm3' })
    expect(parseChallenge('{"nonce":"n","extra-params":{"selected-hash-algorithm":"SHA512"}}').selectedHash).toBe(
      'sha512',
    )
    expect(parseChallenge('{"nonce":"n"}').selectedHash).toBeUndefined()
  })

  test.each(['{}', '{"nonce":""}', '{"nonce":1}', '{"nonce":"n","extra-params":{"selected-hash-algorithm":"md5"}}'])(
    '%s is refused',
    (body) => {
      expect(() => parseChallenge(body)).toThrow(refusal('BROKER_CHALLENGE_INVALID'))
    },
  )
})

describe('attestation', () => {
  test('written and read', () => {
    const content = {
      nonce: 'bm9uY2U=',
      teePublicKey: key,
      primaryEvidence: { quote: 'AA==' },
      additionalEvidence: '{"nvidia":{"a":1}}',
      initData: { format: 'toml', body: 'x = 1' },
    } as const
    expect(parseAttestation(encodeAttestation(content), '0.4.0')).toEqual({
      version: '0.4.0',
      ...content,
      devices: [{ tee: 'nvidia', evidence: { a: 1 } }],
    })
  })

  test('members beside the key are dropped', () => {
    const body = change('runtime-data.tee-pubkey', { ...key, kid: 'k', use: 'enc' })
    expect(parseAttestation(body, '0.4.0').teePublicKey).toEqual(key)
  })

  test('bodies of older versions', () => {
    const evidence = { quote: 'AA==' }
    const older = (teeEvidence: unknown) => JSON.stringify({ 'tee-pubkey': key, 'tee-evidence': teeEvidence })
    const read = { teePublicKey: key, primaryEvidence: evidence, devices: [] }
    expect(parseAttestation(older(JSON.stringify(evidence)), '0.1.0')).toEqual({ version: '0.1.0', ...read })
    expect(parseAttestation(older(evidence), '0.1.1')).toEqual({ version: '0.1.1', ...read })
    expect(parseAttestation(older(evidence), '0.2.0')).toEqual({ version: '0.2.0', ...read })
    expect(parseAttestation(older({ primary_evidence: evidence, additional_evidence: '' }), '0.3.0')).toEqual({
      version: '0.3.0',
      ...read,
      additionalEvidence: '',
    })
  })

  test.each<[string, unknown, BrokerErrorCode, string]>([
    ['runtime-data', undefined, 'BROKER_ATTESTATION_INVALID', 'runtime-data'],
    ['runtime-data.nonce', undefined, 'BROKER_ATTESTATION_INVALID', 'runtime-data.nonce'],
    ['runtime-data.nonce', 1, 'BROKER_ATTESTATION_INVALID', 'runtime-data.nonce'],
    ['runtime-data.tee-pubkey', 'key', 'BROKER_TEE_KEY_INVALID', 'runtime-data.tee-pubkey'],
    ['tee-evidence', undefined, 'BROKER_ATTESTATION_INVALID', 'tee-evidence'],
    ['tee-evidence.primary_evidence', undefined, 'BROKER_ATTESTATION_INVALID', 'tee-evidence.primary_evidence'],
    ['tee-evidence.primary_evidence', null, 'BROKER_ATTESTATION_INVALID', 'tee-evidence.primary_evidence'],
    ['tee-evidence.additional_evidence', undefined, 'BROKER_ATTESTATION_INVALID', 'tee-evidence.additional_evidence'],
    ['tee-evidence.additional_evidence', {}, 'BROKER_ATTESTATION_INVALID', 'tee-evidence.additional_evidence'],
    ['tee-evidence.additional_evidence', '{}', 'BROKER_ATTESTATION_INVALID', 'tee-evidence.additional_evidence'],
    ['tee-evidence.additional_evidence', '[]', 'BROKER_ATTESTATION_INVALID', 'tee-evidence.additional_evidence'],
    ['tee-evidence.additional_evidence', '{"gpu":{}}', 'BROKER_TEE_UNKNOWN', 'tee-evidence.additional_evidence'],
    [
      'tee-evidence.additional_evidence',
      '{"az-snp-vtpm":{},"azsnpvtpm":{}}',
      'BROKER_ATTESTATION_INVALID',
      'tee-evidence.additional_evidence',
    ],
    [
      'tee-evidence.additional_evidence',
      '{"tpm":{},"tpm":{}}',
      'BROKER_ATTESTATION_INVALID',
      'tee-evidence.additional_evidence',
    ],
    ['init-data', { format: 'json', body: '{}' }, 'BROKER_INIT_DATA_INVALID', 'init-data.format'],
    ['init-data', { format: 'toml' }, 'BROKER_INIT_DATA_INVALID', 'init-data.body'],
    ['init-data', 'toml', 'BROKER_INIT_DATA_INVALID', 'init-data'],
  ])('%s as %j is refused', (path, value, code, where) => {
    expect(() => parseAttestation(change(path, value), '0.4.0')).toThrow(refusal(code, where))
  })

  test('null init data is none', () => {
    expect(parseAttestation(change('init-data', null), '0.4.0')).not.toHaveProperty('initData')
  })

  test('too many devices, too deep, too large', () => {
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`tee${index}`, 1]))
    const bodies = [
      change('tee-evidence.additional_evidence', JSON.stringify(many)),
      JSON.stringify(attestation).replace('"AA=="', deep),
      JSON.stringify(attestation).replace('AA==', 'A'.repeat(3 << 20)),
    ]
    for (const body of bodies) {
      expect(() => parseAttestation(body, '0.4.0')).toThrow(refusal('BROKER_ATTESTATION_INVALID'))
    }
  })
})

describe('keys of machines', () => {
  test.each<[string, object]>([
    ['a point off the curve', { ...key, y: key.x }],
    ['a short coordinate', { ...key, x: 'AA' }],
    ['another curve', { ...key, crv: 'P-384' }],
    ['another algorithm', { ...key, alg: 'ECDH-ES' }],
    ['no algorithm', { ...key, alg: undefined }],
    ['another kind', { kty: 'OKP', crv: 'X25519', x: 'AA' }],
    ['a shared secret', { kty: 'oct', k: 'AA' }],
    ['a short RSA key', { kty: 'RSA', alg: 'RSA-OAEP-256', n: 'wQ'.padEnd(170, 'B'), e: 'AQAB' }],
    ['an RSA key with exponent one', { kty: 'RSA', alg: 'RSA-OAEP-256', n: 'wQ'.padEnd(342, 'B'), e: 'AQ' }],
    ['an even modulus', { kty: 'RSA', alg: 'RSA-OAEP-256', n: `${'w'.padEnd(340, 'B')}Ag`, e: 'AQAB' }],
  ])('%s is refused', (_name, jwk) => {
    expect(() => parseTeePublicKey(jwk)).toThrow(refusal('BROKER_TEE_KEY_INVALID'))
  })
})

describe('responses', () => {
  test.each(['{}', '{"token":1}', '{"token":"a.b"}', '{"token":"a b.c.d"}', '{"token":""}'])(
    'token %s is refused',
    (body) => {
      expect(() => parseTokenResponse(body)).toThrow(refusal('BROKER_RESPONSE_INVALID'))
    },
  )

  test('further authenticated data is refused, empty is none', () => {
    const members = { protected: 'a', encrypted_key: 'b', iv: 'c', ciphertext: '', tag: 'e' }
    expect(parseJweResponse(JSON.stringify({ ...members, aad: '' }))).toEqual(members)
    expect(() => parseJweResponse(JSON.stringify({ ...members, aad: 'x' }))).toThrow(
      refusal('BROKER_JWE_INVALID', 'aad'),
    )
  })
})

describe('refusals on the wire', () => {
  test('carry type and detail for every client, code, next step and findings for those that read on', () => {
    const findings = [{ code: 'X', severity: 'error', path: 'p', message: 'm' }]
    const body = createErrorBody(new BrokerError('BROKER_RESOURCE_DENIED', undefined, { details: { findings } }))
    expect(body).toEqual({
      type: 'https://github.com/confidential-containers/kbs/errors/PolicyDeny',
      detail: BROKER_ERRORS.BROKER_RESOURCE_DENIED.summary,
      code: 'BROKER_RESOURCE_DENIED',
      next: BROKER_ERRORS.BROKER_RESOURCE_DENIED.next,
      findings,
    })
    expect(parseErrorBody(JSON.stringify(body))).toEqual(body)
  })

  test.each([
    ['BROKER_REQUEST_INVALID', 'SerdeError'],
    ['BROKER_SESSION_MISSING', 'TokenNotFound'],
    ['BROKER_SESSION_REPLAYED', 'AttestationError'],
    ['BROKER_EVIDENCE_REFUSED', 'AttestationError'],
    ['BROKER_RESOURCE_PATH_INVALID', 'InvalidRequestPath'],
    ['BROKER_JWE_INVALID', 'JweError'],
    ['BROKER_PLUGIN_UNKNOWN', 'PluginNotFound'],
    ['APPRAISAL_TOKEN_EXPIRED', 'TokenVerifierError'],
    ['SERVICE_ADMIN_TOKEN_MISSING', 'AdminAuth'],
    ['SERVICE_SECRET_NOT_FOUND', 'PluginInternalError'],
  ])('%s is %s', (code, name) => {
    expect(nameErrorType(code)).toBe(`https://github.com/confidential-containers/kbs/errors/${name}`)
  })

  test('of other makes, or none at all', () => {
    expect(parseErrorBody('{"type":"t","detail":"d","extra":1}')).toEqual({ type: 't', detail: 'd' })
    for (const body of ['', 'Bad Gateway', '{"type":"t"}', '[]']) expect(parseErrorBody(body)).toBeUndefined()
  })

  test('every code has a status of an error, a sentence and a next step', () => {
    for (const [code, { status, summary, next }] of Object.entries(BROKER_ERRORS)) {
      expect([400, 401, 403, 404, 500, 502]).toContain(status)
      expect(new CodedError(BROKER_ERRORS, code as BrokerErrorCode).message).toBe(summary)
      expect(summary).toMatch(/\.$/)
      expect(next).toMatch(/\.$/)
    }
  })
})

test('whatever comes in, only this error leaves', () => {
  const readers = [
    parseAuthRequest,
    parseChallenge,
    (body: string | Uint8Array) => parseAttestation(body, '0.4.0'),
    (body: string | Uint8Array) => parseAttestation(body, '0.1.0'),
    parseTokenResponse,
    parseJweResponse,
    parseErrorBody,
  ]
  const mutated = fc.tuple(fc.nat({ max: 300 }), fc.string({ maxLength: 3 })).map(([at, text]) => {
    const body = JSON.stringify(attestation)
    return body.slice(0, at) + text + body.slice(at + 1)
  })
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 200 }), mutated), (body) => {
      for (const read of readers) {
        try {
          read(body)
        } catch (error) {
          expect(error).toBeInstanceOf(BrokerError)
        }
      }
    }),
    { numRuns: 300 },
  )
})
