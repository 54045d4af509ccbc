import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../testkit/vectors.ts'
import { parseDcapCollateral } from '../src/dcap/collateral/index.ts'
import { parseDcapRoot } from '../src/dcap/roots.ts'
import { type DcapTrust, verifyDcapQuote } from '../src/dcap/verify/index.ts'
import { collateralOf, readCorpus } from './corpus.ts'
import { listFlips, refusalOf } from './flips.ts'

/** Spreads a sample over all flips; a prime step visits every bit position. */
async function sampleFlips(quote: Uint8Array, trust: DcapTrust, step: number): Promise<readonly unknown[]> {
  await verifyDcapQuote(quote, trust)
  const accepted: unknown[] = []
  let at = 0
  let tried = 0
  for (const flip of listFlips(quote, trust.collateral)) {
    if (at++ % step !== 0) continue
    tried++
    if ((await refusalOf(flip, quote, trust)) === undefined) accepted.push(flip)
  }
  expect(tried).toBeGreaterThan(1000)
  return accepted
}

describe('a single flipped bit is refused', () => {
  test.each(['ok/tdx_v4_module1', 'ok/sgx_v3', 'ok/tdx_v5_body3'])('%s', async (name) => {
    const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))
    const item = cases.find((candidate) => candidate.name === name)!
    const trust = {
      collateral: collateralOf(item),
      now: item.at,
      roots: [parseDcapRoot(item.collateral['root_ca']!)],
    }
    expect(await sampleFlips(new Uint8Array(Buffer.from(item.quote, 'base64')), trust, 101)).toEqual([])
  })

  test.skipIf(!haveVectors)(`genuine TDX quote${vectorsAbsent}`, async () => {
    const collateral = parseDcapCollateral(readVectorText('dcap/tdx_quote_collateral.json'))
    expect(await sampleFlips(readVector('dcap/tdx_quote'), { collateral, now: 1750809600 }, 101)).toEqual([])
  })
})
