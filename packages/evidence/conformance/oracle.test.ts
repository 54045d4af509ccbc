import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readCorpus } from './corpus.ts'
import { compareOutcome, judgeCase } from './judge.ts'

const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))
const kinds = [...new Set(cases.map((item) => item.kind))]

test('the corpus is whole', () => {
  expect(cases).toHaveLength(1194)
})

describe.each(['strict', 'parity'] as const)('%s rules', (rules) => {
  test.each(kinds)('%s', async (kind) => {
    const differences: string[] = []
    for (const item of cases.filter((candidate) => candidate.kind === kind)) {
      const found = compareOutcome(item, rules, await judgeCase(item, rules))
      differences.push(...found.map((text) => `${item.name}: ${text}`))
    }
    expect(differences).toEqual([])
  })
})

test('a comparison can fail', async () => {
  const item = cases.find(({ name }) => name === 'ok/tdx_v4_module1')!
  const outcome = await judgeCase(item, 'parity')
  expect(compareOutcome(item, 'parity', { ...outcome, verdict: 'Revoked' })).toHaveLength(1)
  const refused = cases.find(({ name }) => name === 'signature/quote_r_zero')!
  const refusal = await judgeCase(refused, 'parity')
  expect(compareOutcome(refused, 'parity', refusal)).toEqual([])
  expect(compareOutcome(refused, 'parity', { ...refusal, step: 'pck' })).toHaveLength(1)
  expect(compareOutcome(refused, 'parity', { ...refusal, code: 'DCAP_PCK_REVOKED' })).toHaveLength(1)
})
