/** DCAP: a genuine TDX quote verified warm and cold, against the npm peer and the machine's own P-256 rate. */
import { createRequire } from 'node:module'
import { createDcapVerifier, parseDcapCollateral, parseQuote, verifyDcapQuote } from '@veritee/evidence/dcap'
import { haveVectors, readVector, readVectorJson } from '../testkit/vectors.ts'
import { ecdsaVerify, opensslVerifyRate } from './machine.ts'
import { type Contestant, measure, ratio } from './measure.ts'

/** A time at which the collateral of the vectors was current. */
const AT = Date.parse('2025-06-25T00:00:00Z') / 1000

export async function bench(): Promise<unknown> {
  if (!haveVectors) return { skipped: 'the genuine quotes are not at hand' }
  const peer = createRequire(import.meta.url)('@phala/dcap-qvl') as {
    verify(quote: Uint8Array, collateral: unknown, now: number): unknown
  }
  const report: Record<string, unknown> = { opensslP256PerSecond: opensslVerifyRate('ecdsap256') }
  for (const tee of ['tdx', 'sgx'] as const) {
    const quote = readVector(`dcap/${tee}_quote`)
    const json = readVectorJson<object>(`dcap/${tee}_quote_collateral.json`)
    const collateral = parseDcapCollateral(json)
    const warm = createDcapVerifier()
    const limit = ecdsaVerify('P-256')
    const contestants: Contestant[] = [
      limit,
      { name: 'warm', run: () => warm.verify(quote, { collateral, now: AT }) },
      { name: 'cold', run: () => verifyDcapQuote(quote, { collateral, now: AT }) },
      { name: 'peer', run: () => peer.verify(quote, json, AT) },
      { name: 'parse', run: () => parseQuote(quote) },
    ]
    const rates = await measure(contestants)
    report[tee] = {
      perSecond: Object.fromEntries(rates.map((rate) => [rate.name, Math.round(rate.perSecond)])),
      ratios: {
        'warm / crypto.verify P-256': ratio(rates, 'warm', limit.name),
        'cold / peer': ratio(rates, 'cold', 'peer'),
        'warm / peer': ratio(rates, 'warm', 'peer'),
      },
    }
  }
  return report
}
