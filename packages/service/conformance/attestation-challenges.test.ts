/** Challenges of the attestation service. */

import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  type AttestationHouse,
  encode,
  evaluate,
  KEY,
  RUNTIME,
  requestOf,
  startAttestationHouse,
  structuredPiece,
} from './attestation-fixture.ts'
import { createGuest, createSite, NOW, startService } from './fixture.ts'
import { type PolicyHouse, startPolicyHouse } from './policy-fixture.ts'

describe('challenges', () => {
  const ask = async (house: AttestationHouse) => {
    const { status, body } = await house.post('/challenge', {})
    expect(status).toBe(200)
    return { nonce: body['nonce'] as unknown as string, jwt: body['extra-params']?.['jwt'] as unknown as string }
  }

  test('a nonce with its token, RS384, five minutes', async () => {
    const house = await startAttestationHouse()
    const { nonce, jwt } = await ask(house)
    expect(Buffer.from(nonce, 'base64')).toHaveLength(32)
    const [header] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(JSON.parse(header as string)).toMatchObject({ alg: 'RS384', typ: 'JWT' })
    expect(decodeJwt(jwt)).toMatchObject({ nonce, iat: NOW, exp: NOW + 300 })
  })

  test('evidence that answers it is fresh, once; the same answer may be sent again', async () => {
    const house = await startAttestationHouse({ attestation: { requireChallenge: true } })
    const { nonce, jwt } = await ask(house)
    const data = { nonce, challenge_token: jwt, 'tee-pubkey': KEY }
    const piece = await structuredPiece(data)
    const { status, text } = await evaluate(house, [piece])
    expect([status, decodeJwt(text)['eat_nonce']]).toEqual([200, nonce])
    expect((await evaluate(house, [piece])).status).toBe(200)
    const other = await structuredPiece({ ...data, note: 'x' })
    expect((await evaluate(house, [other])).body).toMatchObject({
      status: 401,
      code: 'AS.CHALLENGE.INVALID_TOKEN',
      cause: 'SERVICE_CHALLENGE_INVALID',
    })
  })

  test.each(['made by the service', 'named by the configuration'])(
    'a key that was %s rotates: challenges of the old one are good until they end',
    async (origin) => {
      const challengeKey = join(createSite().dir, '..', 'issuer.pem')
      const house = await startAttestationHouse(
        origin === 'made by the service' ? {} : { attestation: { challengeKey } },
      )
      const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid
      const answer = async (challenge: { nonce: string; jwt: string }) => {
        const data = { nonce: challenge.nonce, challenge_token: challenge.jwt, 'tee-pubkey': KEY }
        return (await evaluate(house, [await structuredPiece(data)])).status
      }
      const [old, unused] = [await ask(house), await ask(house)]
      const rotated = await house.admin('POST', '/../../api/v1/keys/challenge/rotate')
      const { key } = (await rotated.json()) as { key: { id: string } }
      house.clock.now += 11
      const young = await ask(house)
      expect([kidOf(old.jwt), kidOf(young.jwt)]).toEqual([kidOf(unused.jwt), key.id])
      expect(key.id).not.toBe(kidOf(old.jwt))
      expect([await answer(old), await answer(young)]).toEqual([200, 200])
      house.clock.now += 500
      expect(await answer(unused)).toBe(401)
    },
  )

  test('SERVICE_CHALLENGE_REQUIRED: where it is asked for, nothing goes without', async () => {
    const house = await startAttestationHouse({ attestation: { requireChallenge: true } })
    const raw = {
      tee: 'tdx',
      evidence: encode(await createGuest().collect(new Uint8Array(64).fill(1))),
      runtime_data: { raw: Buffer.alloc(64, 1).toString('base64url') },
    }
    for (const piece of [
      await structuredPiece(RUNTIME),
      await structuredPiece({ ...RUNTIME, challenge_token: '' }),
      raw,
    ])
      expect((await evaluate(house, [piece])).body).toMatchObject({ status: 401, code: 'AS.CHALLENGE.INVALID_TOKEN' })
    expect((await evaluate(house, [raw])).body['cause']).toBe('SERVICE_CHALLENGE_REQUIRED')
  })

  test('SERVICE_CHALLENGE_INVALID: of another nonce, changed, expired, of another service, of another key', async () => {
    const house = await startAttestationHouse()
    const other = await startAttestationHouse()
    const { nonce, jwt } = await ask(house)
    const [header, payload, signature] = jwt.split('.') as [string, string, string]
    const forged = encode({ ...decodeJwt(jwt), exp: NOW + 9999 })
    const none = `${encode({ alg: 'none' })}.${payload}.`
    const refused = async (data: object) =>
      (await evaluate(house, [await structuredPiece({ 'tee-pubkey': KEY, ...data })])).body['cause']
    const code = 'SERVICE_CHALLENGE_INVALID'
    expect(await refused({ nonce: 'b3RoZXI=', challenge_token: jwt })).toBe(code)
    expect(await refused({ nonce, challenge_token: `${header}.${forged}.${signature}` })).toBe(code)
    expect(await refused({ nonce, challenge_token: none })).toBe(code)
    expect(await refused({ nonce, challenge_token: 'x' })).toBe(code)
    expect(await refused({ challenge_token: (await ask(other)).jwt })).toBe(code)
    const simple = await startAttestationHouse({ token: { kind: 'simple' } })
    const token = (await evaluate(simple, [await structuredPiece(RUNTIME)])).text
    expect((await evaluate(simple, [await structuredPiece({ challenge_token: token })])).body['cause']).toBe(code)
    house.clock.now += 361
    expect(await refused({ nonce, challenge_token: jwt })).toBe(code)
  })

  test('the key is shared by the key directory, or stands where the configuration says', async () => {
    const house = await startAttestationHouse()
    const { nonce, jwt } = await ask(house)
    await house.service.stop()
    const again = await startPolicyHouse({}, house.site)
    const response = await fetch(`${again.url}/api/as/attestation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf([await structuredPiece({ nonce, challenge_token: jwt })])),
    })
    expect(response.status).toBe(200)
    await expect(
      startService(createSite(), { attestation: { challengeKey: '/dev/null/key.pem' } }),
    ).rejects.toMatchObject({ code: 'SERVICE_FILE_UNREADABLE' })
  })

  test('a TEE that is named is told what its verifier asks: nothing, or that there is none', async () => {
    const house = await startAttestationHouse()
    expect(await house.post('/challenge', { tee: 'tdx', tee_params: '' })).toMatchObject({ status: 200, text: '' })
    expect((await house.post('/challenge', { tee: 'se', tee_params: '' })).body['code']).toBe(
      'AS.REQUEST.UNSUPPORTED_TEE',
    )
    expect((await house.post('/challenge', { tee: 'toaster' })).body['code']).toBe('AS.REQUEST.UNSUPPORTED_TEE')
  })

  test('of one replica are answered at another, once over all of them', async () => {
    const site = createSite()
    const share = {
      keys: join(site.dir, '..', 'keys'),
      store: { driver: 'sqlite', path: join(site.dir, '..', 'shared.db') },
      attestation: { requireChallenge: true },
    } as const
    const [a, b] = [
      await startPolicyHouse({ ...share, dir: join(site.dir, '..', 'a') }, site),
      await startPolicyHouse({ ...share, dir: join(site.dir, '..', 'b') }, site),
    ]
    const send = (house: PolicyHouse, path: string, body: object) =>
      fetch(`${house.url}/api/as${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const { nonce, 'extra-params': extra } = (await (await send(a, '/challenge', {})).json()) as {
      nonce: string
      'extra-params': { jwt: string }
    }
    const data = { nonce, challenge_token: extra.jwt, 'tee-pubkey': KEY }
    const answers = await Promise.all([
      send(a, '/attestation', requestOf([await structuredPiece(data)])),
      send(b, '/attestation', requestOf([await structuredPiece({ ...data, other: 'answer' })])),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })
})
