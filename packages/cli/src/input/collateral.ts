import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { createCollateralClient, readBundle, resolveSources } from '@veritee/collateral'
import type { DcapCollateral } from '@veritee/evidence/dcap'
import { parseDcapEvidence } from '@veritee/evidence/dcap/evidence'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import type { Io } from '../io.ts'
import { readInput } from './file.ts'

/** Where a PCCS client's configuration lies by custom. */
const QCNL_FILE = '/etc/sgx_default_qcnl.conf'

/**
 * Reads every bundle that `--collateral` names: files, or the files of folders.
 *
 * @throws CliError CLI_FILE_UNREADABLE; CollateralError for what is no bundle
 */
export async function readCollateral(io: Io, paths: readonly string[]): Promise<DcapCollateral[]> {
  const sets: DcapCollateral[] = []
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const text = decodeUtf8(await readInput(io, file))
      sets.push(...readBundle(text, { name: file, fetchedAt: io.now() }).sets.map((set) => set.collateral))
    }
  }
  return sets
}

/**
 * Fetches the collateral that a quote names: from `--pccs`, else as the machine's collateral configuration says, else from
 * Intel. Evidence that is no quote needs none.
 *
 * @throws CollateralError when no service gives it
 */
export async function fetchCollateral(io: Io, input: Uint8Array, pccs: string | undefined): Promise<DcapCollateral[]> {
  const quote = quoteOf(input)
  if (quote === undefined) return []
  const qcnl = pccs === undefined ? await readOptional(io, io.env['QCNL_CONF_PATH'] ?? QCNL_FILE) : undefined
  const sources = resolveSources({
    ...(pccs === undefined ? {} : { urls: [pccs] }),
    ...(qcnl === undefined ? {} : { qcnl }),
  })
  const bundled = await readCollateral(io, sources.bundleFiles)
  if (sources.endpoints.length === 0) return bundled
  const client = createCollateralClient({ endpoints: sources.endpoints, update: sources.update, now: () => io.now() })
  try {
    const { collateral } = await client.fetchCollateralFor(quote, { signal: io.signal })
    return [collateral, ...bundled]
  } finally {
    await client.close()
  }
}

/** The quote inside, or undefined: what is wrong with the input is for the judgement to say. */
function quoteOf(input: Uint8Array): Uint8Array | undefined {
  try {
    const found = recognizeEvidence(input)
    if (found.kind === 'dcap-quote') return found.bytes
    if (found.kind === 'evidence-json' && (found.tee === 'tdx' || found.tee === 'sgx'))
      return parseDcapEvidence(found.evidence).quote
    return undefined
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}

async function filesOf(path: string): Promise<string[]> {
  const folder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!folder) return [path]
  const names = await readdir(path)
  return names.sort().map((name) => join(path, name))
}

async function readOptional(io: Io, path: string): Promise<string | undefined> {
  const there = await stat(path).then(
    () => true,
    () => false,
  )
  return there ? decodeUtf8(await readInput(io, path, 1024 * 1024)) : undefined
}
