import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { createCollateralClient, readBundle, resolveSources } from '@veritee/collateral'
import { parseAzureEvidence } from '@veritee/evidence/azure'
import type { CollateralFile } from '@veritee/evidence/collateral'
import type { DcapCollateral } from '@veritee/evidence/dcap'
import { parseDcapEvidence } from '@veritee/evidence/dcap/evidence'
import type { Recognized } from '@veritee/evidence/recognize'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { readInput } from './file.ts'
import { recognizeMachine } from './machine.ts'

/** Where a PCCS client's configuration lies by custom. */
const QCNL_FILE = '/etc/sgx_default_qcnl.conf'

/** Of one folder: a fleet's collateral, and not by mistake a whole disk. */
const MAX_FILES = 1000

/** What `--collateral` named. */
export interface GivenCollateral {
  readonly collateral: readonly DcapCollateral[]
  /** Certificates, revocation lists and Hygon certificates, for the library to sort by content. */
  readonly collateralFiles: readonly CollateralFile[]
}

/**
 * Reads everything that `--collateral` names: files, or the files of folders.
 *
 * @throws CliError CLI_FILE_UNREADABLE; CollateralError for JSON that is no bundle
 */
export async function readCollateral(io: Io, paths: readonly string[]): Promise<GivenCollateral> {
  const collateral: DcapCollateral[] = []
  const collateralFiles: CollateralFile[] = []
  for (const path of paths) {
    for (const name of await filesOf(path)) {
      const bytes = await readInput(io, name)
      if (!looksLikeJson(bytes)) collateralFiles.push({ name, bytes })
      else {
        collateral.push(...readSets(name, bytes, io.now()))
      }
    }
  }
  return { collateral, collateralFiles }
}

/** What is wrong with one file of many is of no use without its name. */
function readSets(name: string, bytes: Uint8Array, fetchedAt: number): DcapCollateral[] {
  try {
    return readBundle(decodeUtf8(bytes), { name, fetchedAt }).sets.map((set) => set.collateral)
  } catch (error) {
    if (!isCodedError(error)) throw error
    throw new CliError('CLI_UNFIT_INPUT', `${name} is no collateral: ${error.message}`, {
      details: { path: name, expected: 'a bundle, a certificate or a revocation list', actual: error.code },
      cause: error,
    })
  }
}

/** A brace behind white space alone: binary certificates may hold one behind other bytes. */
function looksLikeJson(bytes: Uint8Array): boolean {
  return bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) === 0x7b
}

/**
 * Fetches the collateral that a quote names: from `--pccs`, else as the machine's collateral configuration says, else from
 * Intel. Evidence that is no quote needs none.
 *
 * @throws CollateralError when no service gives it
 */
export async function fetchCollateral(io: Io, input: Uint8Array, pccs: string | undefined): Promise<GivenCollateral> {
  const quote = quoteOf(input)
  if (quote === undefined) return { collateral: [], collateralFiles: [] }
  const qcnl = pccs === undefined ? await readOptional(io, io.env['QCNL_CONF_PATH'] ?? QCNL_FILE) : undefined
  const sources = resolveSources({
    ...(pccs === undefined ? {} : { urls: [pccs] }),
    ...(qcnl === undefined ? {} : { qcnl }),
  })
  const bundled = await readCollateral(io, sources.bundleFiles)
  if (sources.endpoints.length === 0) return bundled
  if (io.progress) io.err('fetching the collateral of the platform\n')
  const client = createCollateralClient({ endpoints: sources.endpoints, update: sources.update, now: () => io.now() })
  try {
    const { collateral } = await client.fetchCollateralFor(quote, { signal: io.signal })
    return { ...bundled, collateral: [collateral, ...bundled.collateral] }
  } finally {
    await client.close()
  }
}

/** The quote inside, or undefined: what is wrong with the input is for the judgement to say. */
function quoteOf(input: Uint8Array): Uint8Array | undefined {
  try {
    return quoteIn(recognizeMachine(input))
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}

function quoteIn(found: Recognized): Uint8Array | undefined {
  if (found.kind === 'dcap-quote') return found.bytes
  if (found.kind !== 'evidence-json') return undefined
  if (found.tee === 'az-tdx-vtpm') return parseAzureEvidence(found.evidence).tdQuote
  return found.tee === 'tdx' || found.tee === 'sgx' ? parseDcapEvidence(found.evidence).quote : undefined
}

async function filesOf(path: string): Promise<string[]> {
  const folder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!folder) return [path]
  const names = await readdir(path)
  if (names.length > MAX_FILES) {
    throw new CliError('CLI_FILE_TOO_LARGE', `${path} holds more files than this command reads.`, {
      details: { path, expected: `at most ${MAX_FILES} files`, actual: names.length },
    })
  }
  return names.sort().map((name) => join(path, name))
}

async function readOptional(io: Io, path: string): Promise<string | undefined> {
  const there = await stat(path).then(
    () => true,
    () => false,
  )
  return there ? decodeUtf8(await readInput(io, path, 1024 * 1024)) : undefined
}
