import { readFileSync } from 'node:fs'
import { decryptSecret, importTeeKey, type TeePrivateJwk } from '@veritee/broker/jwe'
import { type JweResponse, parseJweResponse } from '@veritee/broker/protocol'
import { encodeBase64 } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'

interface Case {
  readonly id: string
  readonly tee_key: string
  readonly shape: 'standard' | 'legacy-0.1'
  readonly jwe: JweResponse
  readonly jwe_text: string
}

const contract = JSON.parse(readFileSync(new URL('./jwe.json', import.meta.url), 'utf8')) as {
  readonly tee_keys: Record<string, TeePrivateJwk>
  readonly cases: (Case & { plaintext_b64: string })[]
  readonly broken: (Case & { client_rule: string })[]
}

/** The rules of the contract in our codes. */
const CODES: Record<string, string> = {
  'JWE.TAG': 'BROKER_JWE_UNOPENED',
  'JWE.AAD': 'BROKER_JWE_UNOPENED',
  'JWE.ALG': 'BROKER_JWE_ALGORITHM_REFUSED',
  'JWE.TAG_LEN': 'BROKER_JWE_INVALID',
  'JWE.EPK': 'BROKER_JWE_INVALID',
}

test('the contract is whole', () => {
  expect([contract.cases.length, contract.broken.length]).toEqual([8, 6])
})

describe('golden', () => {
  test.each(contract.cases)('$id opens', async ({ tee_key, jwe_text, plaintext_b64 }) => {
    const key = await importTeeKey(contract.tee_keys[tee_key]!)
    const opened = await decryptSecret(parseJweResponse(jwe_text), key, { allowRsa15: true })
    expect(encodeBase64(opened)).toBe(plaintext_b64)
  })

  test.each(contract.cases.filter(({ tee_key }) => tee_key.startsWith('rsa15')))(
    '$id is refused unless allowed by name',
    async ({ tee_key, jwe }) => {
      const key = await importTeeKey(contract.tee_keys[tee_key]!)
      await expect(decryptSecret(jwe, key)).rejects.toMatchObject({ code: 'BROKER_JWE_ALGORITHM_REFUSED' })
    },
  )
})

describe('broken', () => {
  test.each(contract.broken)('$id', async ({ tee_key, jwe_text, client_rule }) => {
    expect(CODES).toHaveProperty([client_rule])
    const key = await importTeeKey(contract.tee_keys[tee_key]!)
    const opening = decryptSecret(parseJweResponse(jwe_text), key, { allowRsa15: true })
    await expect(opening).rejects.toMatchObject({ code: CODES[client_rule], name: 'BrokerError' })
  })
})
