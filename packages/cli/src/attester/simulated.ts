import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import type { Attester, EvidenceJson } from '@veritee/guest/attester'
import { encodeTdxEvidence, loadWorld, type TdxQuoteOptions } from '@veritee/simulator'
import type { Io } from '../io.ts'

/** A guest of a simulated world: its registers are those that `veritee simulate tdx` wrote into `guest.json`. */
export async function createSimulatedAttester(io: Io, folder: string): Promise<Attester> {
  const world = await loadWorld(folder, io.now())
  const registers = await readFile(join(folder, 'guest.json'), 'utf8').then(
    (text) => parseJson(text) as TdxQuoteOptions,
    () => ({}),
  )
  return {
    tee: 'tdx',
    collect: async (reportData) =>
      parseJson(encodeTdxEvidence(world.issueTdxQuote({ ...registers, reportData }))) as EvidenceJson,
  }
}
