import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import type { Attester, EvidenceJson } from '@veritee/guest/attester'
import { encodeTdxEvidence, loadWorld, type TdxQuoteOptions } from '@veritee/simulator'
import type { Io } from '../io.ts'

/** A guest of a simulated world: its registers are those that `veritee simulate tdx` wrote into `guest.json`. */
export async function createSimulatedAttester(io: Io, folder: string): Promise<Attester> {
  const world = await loadWorld(folder, io.now())
  const registers = (await readRegisters(folder)) as TdxQuoteOptions
  return {
    tee: 'tdx',
    collect: async (reportData) =>
      parseJson(encodeTdxEvidence(world.issueTdxQuote({ ...registers, reportData }))) as EvidenceJson,
  }
}

/** The registers that `veritee simulate tdx` wrote down; none where it wrote none. */
export async function readRegisters(folder: string): Promise<object> {
  try {
    const value = parseJson(await readFile(join(folder, 'guest.json')))
    return typeof value === 'object' && value !== null ? value : {}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
