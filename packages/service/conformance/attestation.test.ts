/** The attestation service over HTTP, as clients of both forks speak to it. */
import { createHash } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { encode, evaluate, hash, KEY, RUNTIME, startAttestationHouse, structuredPiece } from './attestation-fixture.ts'
import { createGuest, NOW } from './fixture.ts'
import { ALLOW, DENY, grade, readPayload } from './policy-fixture.ts'

describe('POST /attestation', () => {
  test.each(['/api/attestation-service', '/api/as', 'bare'])('gives the token as text: %s', async (base) => {
    const house = await startAttestationHouse({}, base)
    const answer = await evaluate(house, [await structuredPiece(RUNTIME)])
    expect([answer.status, answer.type]).toEqual([200, expect.stringMatching(/^text\/plain/)])
    const keys = (await house.get('/jwks')).body['keys'] as unknown as JsonWebKey[]
    const key = await crypto.subtle.importKey(
      'jwk',
      keys[0] as JsonWebKey,
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    )
    const { payload } = await jwtVerify(answer.text, key, { currentDate: new Date(NOW * 1000) })
    expect(payload).toMatchObject({
      iss: 'veritee',
      eat_nonce: RUNTIME.nonce,
      submods: {
        cpu0: {
          'ear.status': 'affirming',
          'ear.veraison.annotated-evidence': { runtime_data_claims: RUNTIME, tdx: { tcb_status: 'UpToDate' } },
        },
      },
    })
  })

  test('the token releases secrets to the key in the runtime data', async () => {
    const house = await startAttestationHouse()
    await house.putSecret('default/key/disk', 'secret')
    const { text } = await evaluate(house, [await structuredPiece(RUNTIME)])
    const url = `${house.url}/kbs/v0/resource/default/key/disk`
    expect((await fetch(url, { headers: { authorization: `Bearer ${text}` } })).status).toBe(200)
  })

  test('raw runtime data is compared as it is; structured data by the digest that is named', async () => {
    const house = await startAttestationHouse()
    const raw = Buffer.from('a question of 32 bytes and more!')
    const piece = async (reportData: Uint8Array, more: object) => ({
      tee: 'tdx',
      evidence: encode(await createGuest().collect(reportData)),
      ...more,
    })
    const ask = async (reportData: Uint8Array, more: object) =>
      (await evaluate(house, [await piece(reportData, more)])).status
    expect(await ask(raw, { runtime_data: { raw: raw.toString('base64url') } })).toBe(200)
    expect(await ask(hash('sha384', 'x'), { runtime_data: { raw: raw.toString('base64url') } })).toBe(422)
    for (const name of ['sha256', 'SHA384', 'sha512', ''])
      expect(
        await ask(hash(name.toLowerCase() || 'sha384', RUNTIME), {
          runtime_data: { structured: RUNTIME },
          runtime_data_hash_algorithm: name,
        }),
      ).toBe(200)
    expect(await ask(hash('sha256', RUNTIME), { runtime_data: { structured: RUNTIME } })).toBe(422)
  })

  test('evidence without runtime data gets a token that no secret is released to', async () => {
    const house = await startAttestationHouse()
    await house.putSecret('default/key/disk', 'secret')
    const evidence = encode(await createGuest().collect(new Uint8Array(64)))
    const { status, text } = await evaluate(house, [{ tee: 'tdx', evidence }])
    expect(status).toBe(200)
    expect(readPayload(text)['submods']?.['cpu0']?.['veritee.judgement']?.['answers']).toMatchObject({
      fresh: 'unasked',
    })
    const answer = await fetch(`${house.url}/kbs/v0/resource/default/key/disk`, {
      headers: { authorization: `Bearer ${text}` },
    })
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      401,
      'APPRAISAL_TOKEN_CLAIMS_INVALID',
    ])
  })

  test('several policies are asked, all of them must allow, and the token names each', async () => {
    const house = await startAttestationHouse()
    await house.put('first', ALLOW)
    await house.put('second', grade(2))
    await house.put('third', DENY)
    const piece = await structuredPiece(RUNTIME)
    const both = readPayload((await evaluate(house, [piece], ['first', 'second'])).text)
    expect(both['submods']?.['cpu0']?.['veritee.policies']).toMatchObject([{ id: 'first' }, { id: 'second' }])
    expect((await evaluate(house, [piece], ['second', 'third'])).body).toMatchObject({
      status: 422,
      code: 'AS.POLICY.REFUSED',
      cause: 'BROKER_EVIDENCE_REFUSED',
      findings: [{ code: 'APPRAISAL_POLICY_REFUSED' }],
    })
    // Whoever names a policy is not judged by the default one.
    await house.put('default', DENY)
    expect((await evaluate(house, [piece], ['first'])).status).toBe(200)
    expect((await evaluate(house, [piece], [])).body['code']).toBe('AS.POLICY.REFUSED')
  })

  test('init data: a digest, or the text with its claims', async () => {
    const text = 'version = "0.1.0"\nalgorithm = "sha384"\n[data]\n"aa.toml" = "[token]\\nurl = \\"https://as\\""\n'
    const house = await startAttestationHouse()
    const digest = createHash('sha384').update(text).digest()
    const guest = createGuest({ mrConfigId: digest })
    const token = await evaluate(house, [
      await structuredPiece(RUNTIME, guest, { init_data: { init_data_toml: text } }),
    ])
    expect(readPayload(token.text)['submods']?.['cpu0']?.['ear.veraison.annotated-evidence']).toMatchObject({
      init_data_claims: { 'aa.toml': { token: { url: 'https://as' } } },
    })
    const bare = { init_data: { init_data_digest: digest.toString('base64url') } }
    expect((await evaluate(house, [await structuredPiece(RUNTIME, guest, bare)])).status).toBe(200)
    expect((await evaluate(house, [await structuredPiece(RUNTIME, createGuest(), bare)])).body).toMatchObject({
      code: 'AS.EVIDENCE.BINDING_MISMATCH',
      field: 'verification_requests[0].init_data',
    })
  })

  test('the attempt is recorded with its source, and stands in the audit log', async () => {
    const house = await startAttestationHouse()
    await evaluate(house, [await structuredPiece(RUNTIME)])
    await evaluate(house, [await structuredPiece(RUNTIME, createGuest({ tdAttributes: (1n << 28n) | 1n }))])
    const { body } = await house.call('GET', '/api/v1/attestations')
    expect(body['items']).toMatchObject([
      { source: 'attestation-api', outcome: 'refused' },
      { source: 'attestation-api', outcome: 'accepted' },
    ])
    const entries = (await house.auditEntries()).filter(({ action }) => action === 'attestation')
    expect(entries.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['done', undefined],
      ['refused', 'BROKER_EVIDENCE_REFUSED'],
    ])
  })

  test('Simple tokens are asked for the same way; a machine that is not affirmed gets none', async () => {
    const house = await startAttestationHouse({ token: { kind: 'simple' } })
    await house.put('default', ALLOW)
    expect(decodeJwt((await evaluate(house, [await structuredPiece(RUNTIME)])).text)).toMatchObject({
      tee: 'tdx',
      eat_nonce: RUNTIME.nonce,
    })
    await house.put('default', grade(33))
    expect((await evaluate(house, [await structuredPiece(RUNTIME)])).body).toMatchObject({
      code: 'AS.POLICY.REFUSED',
      cause: 'APPRAISAL_TOKEN_NOT_AFFIRMED',
    })
  })

  test('OIDC: texts of additional_data that the configuration names, and no others', async () => {
    const house = await startAttestationHouse({ token: { kind: 'oidc', additionalClaims: ['repository'] } })
    const additional_data = JSON.stringify({ repository: 'org/name', other: 'x', iss: 'evil' })
    const claims = decodeJwt(
      (await evaluate(house, [await structuredPiece(RUNTIME, createGuest(), { additional_data })])).text,
    )
    expect(claims).toMatchObject({ repository: 'org/name', iss: 'veritee' })
    expect(claims).not.toHaveProperty('other')
    const wrong = await structuredPiece(RUNTIME, createGuest(), { additional_data: '[' })
    expect((await evaluate(house, [wrong])).body).toMatchObject({
      code: 'AS.REQUEST.INVALID_ARGUMENT',
      field: 'verification_requests[0].additional_data',
    })
  })

  test('SERVICE_EVIDENCE_UNBOUND: pieces that are bound to other keys, or to none, are not of one machine', async () => {
    const house = await startAttestationHouse()
    const machine = await structuredPiece(RUNTIME)
    for (const other of [{ nonce: 'x' }, { ...RUNTIME, 'tee-pubkey': { ...KEY, x: KEY.y } }])
      expect((await evaluate(house, [machine, await structuredPiece(other)])).body).toMatchObject({
        status: 422,
        code: 'AS.EVIDENCE.BINDING_MISMATCH',
        cause: 'SERVICE_EVIDENCE_UNBOUND',
        field: 'verification_requests[1].runtime_data',
      })
    const { runtime_data: _, ...unbound } = machine
    expect((await evaluate(house, [machine, unbound])).body['cause']).toBe('SERVICE_EVIDENCE_UNBOUND')
  })
})
