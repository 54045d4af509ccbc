import { readFileSync } from 'node:fs'
import { createTokenTrust, verifyToken } from '@veritee/appraisal/tokens'
import { describe, expect, test } from 'vitest'

interface Case {
  readonly id: string
  readonly token: string
}

const contract = JSON.parse(readFileSync(new URL('./tokens.json', import.meta.url), 'utf8')) as {
  readonly verify_at: number
  readonly leeway: number
  readonly trust: { readonly jwks: { readonly keys: Record<string, unknown>[] }; readonly roots_pem: string[] }
  readonly cases: (Case & { kind: string; tee_pubkey: object; nonce: string })[]
  readonly forged: (Case & { code: string })[]
  readonly edge: (Case & { expect: string })[]
}

const trust = createTokenTrust({ keys: contract.trust.jwks.keys, certificates: contract.trust.roots_pem })
const questions = { now: contract.verify_at, leewaySeconds: contract.leeway }

/** The coarse classes of the contract in our codes. */
const CODES: Record<string, string> = {
  alg: 'APPRAISAL_TOKEN_ALGORITHM_REFUSED',
  'untrusted-key': 'APPRAISAL_TOKEN_KEY_UNTRUSTED',
  'unknown-kid': 'APPRAISAL_TOKEN_KEY_UNKNOWN',
  expired: 'APPRAISAL_TOKEN_EXPIRED',
  'not-yet-valid': 'APPRAISAL_TOKEN_NOT_YET_VALID',
  signature: 'APPRAISAL_TOKEN_SIGNATURE_INVALID',
  claims: 'APPRAISAL_TOKEN_CLAIMS_INVALID',
}

test('the contract is whole', () => {
  expect([contract.cases.length, contract.forged.length, contract.edge.length]).toEqual([6, 17, 2])
})

describe('accepted', () => {
  test.each(contract.cases)('$id', async ({ token, kind, tee_pubkey, nonce }) => {
    const verified = await verifyToken(token, trust, { ...questions, nonce })
    expect(verified).toMatchObject({ kind, teePublicKey: tee_pubkey, nonce, simulated: false })
  })
})

describe('forged', () => {
  test.each(contract.forged)('$id', async ({ token, code }) => {
    expect(CODES).toHaveProperty([code])
    await expect(verifyToken(token, trust, questions)).rejects.toMatchObject({ code: CODES[code] })
  })
})

describe('edge', () => {
  const tokenOf = (id: string) => contract.edge.find((edge) => edge.id === id)!.token

  test('leeway-exp: 59 seconds after the end is within the leeway', async () => {
    await expect(verifyToken(tokenOf('leeway-exp'), trust, questions)).resolves.toMatchObject({ kind: 'ear' })
    const refused = verifyToken(tokenOf('leeway-exp'), trust, { ...questions, leewaySeconds: 58 })
    await expect(refused).rejects.toMatchObject({ code: 'APPRAISAL_TOKEN_EXPIRED' })
  })

  test('aud-present: a token for somebody is accepted by that one alone', async () => {
    const token = tokenOf('aud-present')
    for (const audience of [undefined, 'somebody else']) {
      const refused = verifyToken(token, trust, { ...questions, ...(audience === undefined ? {} : { audience }) })
      await expect(refused).rejects.toMatchObject({ code: 'APPRAISAL_TOKEN_AUDIENCE_MISMATCH' })
    }
    await expect(verifyToken(token, trust, { ...questions, audience: 'sigstore' })).resolves.toMatchObject({
      audience: ['sigstore'],
    })
  })
})
