/** A simulated TDX guest: the same machine each time, but for the registers that a caller changes. */
import { parseJson } from '@veritee/codec/json'
import type { Attester, EvidenceJson } from '@veritee/guest'
import { type DcapWorld, encodeTdxEvidence, type TdxQuoteOptions } from '@veritee/simulator'

export function createGuest(world: DcapWorld, registers: TdxQuoteOptions = {}): Attester {
  return {
    tee: 'tdx',
    collect: async (reportData) =>
      parseJson(encodeTdxEvidence(world.issueTdxQuote({ ...registers, reportData }))) as EvidenceJson,
  }
}
