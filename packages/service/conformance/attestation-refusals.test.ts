/** What the attestation service refuses, in the codes of its clients. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode, evaluate, RUNTIME, requestOf, startAttestationHouse, structuredPiece } from './attestation-fixture.ts'
import { createGuest } from './fixture.ts'
import { BROKEN } from './policy-fixture.ts'

test('a method that a route does not have is refused in the same form', async () => {
  const house = await startAttestationHouse()
  const response = await fetch(`${house.url}/api/as/challenge`)
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as object
  expect(problem).toMatchObject({ code: 'AS.REQUEST.INVALID_ARGUMENT', cause: 'SERVICE_HTTP_METHOD_NOT_ALLOWED' })
  expect(problem).not.toHaveProperty('field')
})

describe('refusals', () => {
  const piece = () => structuredPiece(RUNTIME)
  const broken = async (change: object) => requestOf([{ ...(await piece()), ...change }])
  const CASES: [string, number, string, string | undefined, () => Promise<unknown>][] = [
    ['AS.REQUEST.INVALID_JSON', 400, 'no JSON', undefined, async () => '{'],
    [
      'AS.REQUEST.INVALID_JSON',
      400,
      'a member twice',
      undefined,
      async () => `{"policy_ids":[],"policy_ids":["x"],"verification_requests":[]}`,
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'no policy_ids',
      'policy_ids',
      async () => ({ verification_requests: [await piece()] }),
    ],
    ['AS.REQUEST.INVALID_ARGUMENT', 400, 'no evidence at all', 'verification_requests', async () => requestOf([])],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'far too many pieces',
      'verification_requests',
      async () => requestOf(Array(18).fill(await piece())),
    ],
    [
      'AS.REQUEST.UNSUPPORTED_TEE',
      400,
      'an unknown TEE',
      'verification_requests[0].tee',
      () => broken({ tee: 'toaster' }),
    ],
    [
      'AS.REQUEST.UNSUPPORTED_TEE',
      400,
      'a TEE that is not verified here',
      'verification_requests[0].evidence',
      () => broken({ tee: 'se' }),
    ],
    [
      'AS.EVIDENCE.INVALID_ENCODING',
      400,
      'no base64url',
      'verification_requests[0].evidence',
      () => broken({ evidence: '***' }),
    ],
    [
      'AS.EVIDENCE.INVALID_FORMAT',
      400,
      'no JSON inside',
      'verification_requests[0].evidence',
      () => broken({ evidence: Buffer.from('{"quote"').toString('base64url') }),
    ],
    [
      'AS.EVIDENCE.INVALID_FORMAT',
      400,
      'a text inside',
      'verification_requests[0].evidence',
      () => broken({ evidence: encode('x') }),
    ],
    [
      'AS.EVIDENCE.INVALID_QUOTE',
      422,
      'no quote',
      'verification_requests[0].evidence.quote',
      () => broken({ evidence: encode({ quote: 'AAAA' }) }),
    ],
    [
      'AS.EVIDENCE.INVALID_QUOTE',
      422,
      'evidence of another TEE',
      'verification_requests[0].evidence',
      () => broken({ tee: 'snp' }),
    ],
    [
      'AS.EVIDENCE.BINDING_MISMATCH',
      422,
      'another nonce',
      'verification_requests[0].runtime_data',
      () => broken({ runtime_data: { structured: { ...RUNTIME, nonce: 'eA==' } } }),
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'raw data that is empty',
      'verification_requests[0].runtime_data.raw',
      () => broken({ runtime_data: { raw: '' } }),
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'raw data that is no base64url',
      'verification_requests[0].runtime_data.raw',
      () => broken({ runtime_data: { raw: '*' } }),
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'raw and structured',
      'verification_requests[0].runtime_data',
      () => broken({ runtime_data: { raw: 'AA', structured: {} } }),
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'an unknown hash',
      'verification_requests[0].runtime_data_hash_algorithm',
      () => broken({ runtime_data_hash_algorithm: 'md5' }),
    ],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'init data that is no TOML',
      'verification_requests[0].init_data.init_data_toml',
      () => broken({ init_data: { init_data_toml: '[' } }),
    ],
    ...[0, 1, 31, 33, 65, 4096].map((length): (typeof CASES)[number] => [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      `an init data digest of ${length} bytes`,
      'verification_requests[0].init_data.init_data_digest',
      () => broken({ init_data: { init_data_digest: Buffer.alloc(length).toString('base64url') } }),
    ]),
    [
      'AS.POLICY.NOT_FOUND',
      404,
      'a policy that is not there',
      'policy_ids',
      async () => requestOf([await piece()], ['absent']),
    ],
    ['AS.POLICY.INVALID', 400, 'an id that is none', 'policy_ids[0]', async () => requestOf([await piece()], ['../x'])],
    [
      'AS.REQUEST.INVALID_ARGUMENT',
      400,
      'far too many policies',
      'policy_ids',
      async () =>
        requestOf(
          [await piece()],
          Array.from({ length: 17 }, (_, i) => `p${i}`),
        ),
    ],
  ]
  test.each(CASES)('%s, %i: %s', async (code, status, _, field, body) => {
    const house = await startAttestationHouse()
    const answer = await house.post('/attestation', await body())
    expect(answer.type).toBe('application/problem+json')
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(/^https:\/\/github\.com\/confidential-containers\/attestation-service\/errors\/\w+$/),
      title: expect.any(String),
      status,
      code,
      detail: expect.any(String),
      retryable: false,
      cause: expect.stringMatching(/^[A-Z_]+$/),
      next: expect.any(String),
    })
    expect([answer.status, answer.body['field']]).toEqual([status, field])
  })

  test('SERVICE_EVIDENCE_ENCODING, SERVICE_EVIDENCE_JSON: the cause stands beside the code', async () => {
    const house = await startAttestationHouse()
    const causeOf = async (evidence: string) =>
      (await house.post('/attestation', await broken({ evidence }))).body['cause']
    expect(await causeOf('***')).toBe('SERVICE_EVIDENCE_ENCODING')
    expect(await causeOf(encode([1]))).not.toBe('SERVICE_EVIDENCE_JSON')
    expect(await causeOf(encode(1))).toBe('SERVICE_EVIDENCE_JSON')
    expect(await causeOf(Buffer.from('{"quote":1,"quote":2}').toString('base64url'))).toBe('SERVICE_EVIDENCE_JSON')
  })

  test('AS.EVIDENCE.VERIFICATION_FAILED and AS.EVIDENCE.NOT_ACCEPTED: forged, and genuine without being wanted', async () => {
    const strangers = await startAttestationHouse({ trustSimulatedRoots: [] })
    expect((await evaluate(strangers, [await piece()])).body).toMatchObject({
      code: 'AS.EVIDENCE.VERIFICATION_FAILED',
      field: 'verification_requests[0].evidence.quote',
    })
    const house = await startAttestationHouse()
    const debug = await structuredPiece(RUNTIME, createGuest({ tdAttributes: (1n << 28n) | 1n }))
    expect((await evaluate(house, [debug])).body).toMatchObject({
      code: 'AS.EVIDENCE.NOT_ACCEPTED',
      findings: [{ path: expect.any(String) }],
    })
  })

  test('AS.POLICY.UNAVAILABLE and AS.POLICY.EVALUATION_FAILED', async () => {
    const house = await startAttestationHouse()
    await house.put('seven', 'package policy\nallow := 7\n')
    expect((await evaluate(house, [await piece()], ['seven'])).body).toMatchObject({
      status: 422,
      code: 'AS.POLICY.EVALUATION_FAILED',
    })
    house.writeFile('default', BROKEN)
    expect((await evaluate(house, [await piece()])).body).toMatchObject({
      status: 503,
      code: 'AS.POLICY.UNAVAILABLE',
      retryable: false,
    })
    expect((await house.get('/status')).body).toMatchObject({
      service: 'attestation-service',
      status: 'unhealthy',
      dependencies: [
        { kind: 'store', status: 'ok' },
        { kind: 'policy', name: 'default', status: 'unavailable', message: 'SERVICE_POLICY_FILE' },
      ],
    })
  })

  test('AS.DEPENDENCY.UNAVAILABLE: collateral that cannot be fetched is worth another try', async () => {
    const house = await startAttestationHouse({ collateral: { pcs: 'http://127.0.0.1:9', timeoutSeconds: 1 } })
    expect((await evaluate(house, [await piece()])).body).toMatchObject({
      status: 503,
      code: 'AS.DEPENDENCY.UNAVAILABLE',
      retryable: true,
    })
  })

  test('a body that does not say it is JSON, is too large, or is encoded', async () => {
    const house = await startAttestationHouse()
    const body = JSON.stringify(requestOf([await piece()]))
    expect((await house.post('/attestation', body, { 'content-type': 'text/plain' })).body['code']).toBe(
      'AS.REQUEST.INVALID_JSON',
    )
    expect((await house.post('/attestation', body, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      200,
    )
    const large = await house.post('/attestation', `{"x":"${'x'.repeat(2 << 20)}"}`)
    expect([large.status, large.body['code']]).toEqual([413, 'AS.REQUEST.INVALID_JSON'])
    expect((await house.post('/attestation', body, { 'content-encoding': 'gzip' })).body['code']).toBe(
      'AS.REQUEST.INVALID_JSON',
    )
  })

  test('both spellings of every TEE are known, and members that nobody knows are passed over', async () => {
    const house = await startAttestationHouse()
    for (const tee of [
      'azsnpvtpm',
      'az-snp-vtpm',
      'aztdxvtpm',
      'az-tdx-vtpm',
      'sgx',
      'snp',
      'csv',
      'tpm',
      'hygontpm',
      'hygondcu',
      'sample',
      'sampledevice',
      'system',
      'nvidia',
      'cca',
      'sev',
    ]) {
      const { body } = await house.post('/attestation', await broken({ tee }))
      expect([tee, body['cause'], body['status']]).not.toEqual([tee, 'BROKER_TEE_UNKNOWN', 400])
      expect([tee, Number(body['status']) < 500]).toEqual([tee, true])
    }
    const more = { ...requestOf([{ ...(await piece()), note: 1 }]), note: 1 }
    expect((await house.post('/attestation', more)).status).toBe(200)
  })

  test('whatever is sent is refused for what it is, and is never a fault of the service', async () => {
    const house = await startAttestationHouse()
    const good = {
      ...(await piece()),
      runtime_data_hash_algorithm: 'sha384',
      init_data: { init_data_digest: 'A'.repeat(64) },
    }
    const paths = [
      ['tee'],
      ['evidence'],
      ['runtime_data'],
      ['runtime_data', 'structured'],
      ['runtime_data', 'structured', 'tee-pubkey'],
      ['runtime_data', 'structured', 'challenge_token'],
      ['runtime_data', 'structured', 'nonce'],
      ['init_data'],
      ['init_data', 'init_data_digest'],
      ['init_data', 'init_data_toml'],
      ['runtime_data_hash_algorithm'],
      ['additional_data'],
    ]
    const replace = (at: readonly string[], value: unknown) => {
      const copy = structuredClone(good) as unknown as Record<string, never>
      const [last, ...before] = at.toReversed()
      const target = before.toReversed().reduce<Record<string, never>>((node, name) => node[name] as never, copy)
      target[last as string] = value as never
      return copy
    }
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.constantFrom('__proto__', 'constructor', ''),
    )
    const evidence = fc.jsonValue().map((value) => encode(value))
    expect((await house.post('/attestation', requestOf([good]))).status).toBe(200)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(texts, evidence, fc.jsonValue()), async (at, value) => {
        const request = new Request('http://service/api/as/attestation', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(requestOf([replace(at, value)])),
        })
        const response = await house.service.fetch(request)
        const text = await response.text()
        const { code } = response.ok ? { code: 'AS.' } : (JSON.parse(text) as { code: string })
        expect(code).toMatch(/^AS\./)
        expect(response.status, text).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
  })
})
