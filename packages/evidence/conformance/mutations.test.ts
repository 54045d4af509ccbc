/** Whatever is done to a bundle or a quote, verification ends in a result or in an error of the house. */
import { fileURLToPath } from 'node:url'
import { isCodedError } from '@veritee/codec/error'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DcapCollateral } from '../src/dcap/collateral/index.ts'
import { parseDcapRoot } from '../src/dcap/roots.ts'
import { verifyDcapQuote } from '../src/dcap/verify/index.ts'
import { collateralOf, readCorpus } from './corpus.ts'

const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))
const item = cases.find(({ name }) => name === 'ok/tdx_v5_body3')!
const collateral = collateralOf(item)
const quote = new Uint8Array(Buffer.from(item.quote, 'base64'))
const roots = [parseDcapRoot(item.collateral['root_ca']!)]
const members = Object.keys(collateral).filter((name) => name !== 'pckCrlIssuerChain') as (keyof DcapCollateral)[]

async function outcome(
  bytes: Uint8Array,
  changed: DcapCollateral,
  rules: 'strict' | 'parity',
): Promise<'ok' | 'refused'> {
  try {
    await verifyDcapQuote(bytes, { collateral: changed, now: item.at, roots, rules })
    return 'ok'
  } catch (error) {
    expect(isCodedError(error), String(error)).toBe(true)
    return 'refused'
  }
}

const rulesOf = fc.constantFrom('strict', 'parity')
const snippet = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('"', '}', '{', '-----', '\n', '\0', '%', '\ud800', '00', 'ff', 'MII', '[[[[[[[['),
)

test('texts of the bundle', async () => {
  const edit = fc.record({ name: fc.constantFrom(...members), at: fc.nat(), cut: fc.nat({ max: 40 }), put: snippet })
  await fc.assert(
    fc.asyncProperty(edit, rulesOf, async ({ name, at, cut, put }, rules) => {
      const text = collateral[name]!
      const offset = at % text.length
      await outcome(quote, { ...collateral, [name]: text.slice(0, offset) + put + text.slice(offset + cut) }, rules)
    }),
    { numRuns: 300 },
  )
})

test('members of the bundle exchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...members), fc.constantFrom(...members), rulesOf, async (to, from, rules) => {
      const verdict = await outcome(quote, { ...collateral, [to]: collateral[from] }, rules)
      expect(verdict).toBe(collateral[to] === collateral[from] ? 'ok' : 'refused')
    }),
    { numRuns: 150 },
  )
})

test('bytes of the quote', async () => {
  const edits = fc.array(fc.tuple(fc.nat({ max: quote.length - 1 }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(edits, fc.nat({ max: quote.length }), rulesOf, async (bytes, length, rules) => {
      const changed = quote.slice(0, length)
      for (const [at, byte] of bytes) if (at < length) changed[at] = byte
      await outcome(changed, collateral, rules)
    }),
    { numRuns: 300 },
  )
})
