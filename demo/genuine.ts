/** The story's opening where genuine evidence is at hand: a quote of real hardware, judged at the time of its collateral. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Judgement, judgeEvidence } from '@veritee/appraisal/judge'
import { parseJson } from '@veritee/codec/json'
import { parseDcapCollateral, parseTcbInfo } from '@veritee/evidence/dcap'

export interface GenuineFiles {
  readonly quote: string
  readonly collateral: string
}

/** The files to judge: those given, else the project's vectors, else none. */
export function findGenuine(given: Partial<GenuineFiles>, root: string): GenuineFiles | undefined {
  if (given.quote !== undefined && given.collateral !== undefined)
    return { quote: given.quote, collateral: given.collateral }
  const folder = join(root, '..', 'shared', 'vectors', 'dcap')
  const found = { quote: join(folder, 'tdx_quote'), collateral: join(folder, 'tdx_quote_collateral.json') }
  return existsSync(found.quote) && existsSync(found.collateral) ? found : undefined
}

/** Judges a quote a day after its TCB info was issued: saved collateral has long expired by today's clock. */
export async function judgeGenuine(files: GenuineFiles): Promise<{ judgement: Judgement; at: Date }> {
  const collateral = parseDcapCollateral(parseJson(readFileSync(files.collateral)) as object)
  const now = parseTcbInfo(collateral.tcbInfo).issuedAt + 86_400
  const judgement = await judgeEvidence(new Uint8Array(readFileSync(files.quote)), { now, collateral })
  return { judgement, at: new Date(now * 1000) }
}
