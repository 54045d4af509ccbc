/** What the page runs: the same judgement as in Node, over bytes that came as base64. */
import { judgeEvidence } from '@veritee/appraisal/judge'
import { decodeBase64 } from '@veritee/codec/bytes'
import { parseDcapCollateral } from '@veritee/evidence/dcap'

export interface BrowserCase {
  readonly quote: string
  readonly collateral: string
  readonly now: number
}

export async function run({ quote, collateral, now }: BrowserCase): Promise<unknown> {
  return await judgeEvidence(decodeBase64(quote), { now, collateral: parseDcapCollateral(collateral) })
}
