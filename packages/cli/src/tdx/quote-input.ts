/** A quote from a file, with the collateral of its platform. */
import { encodeHex } from '@veritee/codec/bytes'
import { selectPlatform } from '@veritee/collateral'
import { type DcapCollateral, parseDcapEvidence, parseTcbInfo } from '@veritee/evidence/dcap'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import { CliError } from '../errors.ts'
import { fetchCollateral, readCollateral } from '../input/collateral.ts'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'

/**
 * The quote of a file, as received: raw, as hex or base64 text, or inside evidence JSON.
 *
 * @throws CliError CLI_UNFIT_INPUT
 */
export async function readQuote(io: Io, path: string): Promise<Uint8Array> {
  const found = recognizeEvidence(await readInput(io, path))
  if (found.kind === 'dcap-quote') return found.bytes
  if (found.kind === 'evidence-json' && (found.tee === 'tdx' || found.tee === 'sgx')) {
    return parseDcapEvidence(found.evidence).quote
  }
  throw new CliError('CLI_UNFIT_INPUT', `${path} is no quote.`, {
    details: { path, expected: 'an SGX or TDX quote', actual: found.kind },
  })
}

/**
 * The collateral set of the quote's platform: from the bundles given, else fetched.
 *
 * @throws CliError CLI_UNFIT_INPUT where no bundle is about the platform; CollateralError
 */
export async function findCollateral(
  io: Io,
  quote: Uint8Array,
  bundles: readonly string[],
  pccs: string | undefined,
): Promise<DcapCollateral> {
  const given = bundles.length > 0 ? await readCollateral(io, bundles) : await fetchCollateral(io, quote, pccs)
  const sets = given.collateral
  const { tee, fmspc } = selectPlatform(quote)
  const fitting = sets.find(({ tcbInfo }) => {
    const { id, fmspc: family } = parseTcbInfo(tcbInfo)
    return id.toLowerCase() === tee && encodeHex(family) === fmspc.toLowerCase()
  })
  if (fitting !== undefined) return fitting
  throw new CliError('CLI_UNFIT_INPUT', `No collateral is about the platform of the quote.`, {
    details: { path: '--collateral', expected: `collateral of ${tee} ${fmspc}`, actual: `${sets.length} other sets` },
  })
}
