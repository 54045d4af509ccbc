/** The same verdict in Node and in a real browser. */
import { join } from 'node:path'
import { encodeBase64 } from '@veritee/codec/bytes'
import { createDcapWorld } from '@veritee/simulator'
import { describe, expect, it } from 'vitest'
import { chromiumAbsent, haveChromium, runInChromium } from '../testkit/browser.ts'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../testkit/vectors.ts'
import { type BrowserCase, run } from './browser-entry.ts'

const entry = join(import.meta.dirname, 'browser-entry.ts')
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.skipIf(!haveChromium)(`in headless Chromium${chromiumAbsent}`, () => {
  const both = async (input: BrowserCase) => {
    const [inBrowser, inNode] = await Promise.all([runInChromium(entry, input), run(input)])
    expect(inBrowser).toEqual(plain(inNode))
    return inBrowser as { accepted: boolean; genuine: boolean; status?: string; simulated: boolean }
  }

  it.skipIf(!haveVectors).each([
    ['tdx_quote', '2025-06-25T00:00:00Z', { accepted: true, genuine: true, status: 'UpToDate' }],
    [
      'sgx_quote',
      '2025-06-25T00:00:00Z',
      { accepted: false, genuine: true, status: 'ConfigurationAndSWHardeningNeeded' },
    ],
    ['tdx_quote_outdated', '2026-02-25T00:00:00Z', { accepted: false, genuine: false }],
  ])(`the genuine %s at %s${vectorsAbsent}`, async (name, time, expected) => {
    const input = {
      quote: encodeBase64(readVector(`dcap/${name}`)),
      collateral: readVectorText(`dcap/${name}_collateral.json`),
      now: Date.parse(time) / 1000,
    }
    expect(await both(input)).toMatchObject(expected)
  })

  it('a simulated quote, whose root nobody named, is refused', async () => {
    const now = 1_790_000_000
    const world = createDcapWorld({ now, seed: 'in a browser' })
    const judgement = await both({
      quote: encodeBase64(world.issueTdxQuote()),
      collateral: JSON.stringify(world.collateral('tdx')),
      now,
    })
    expect(judgement).toMatchObject({ accepted: false, genuine: false })
  })
})
