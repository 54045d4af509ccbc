import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import {
  type CollateralClient,
  type CollateralEndpoint,
  CollateralError,
  type CollateralSet,
  createArchive,
  createCollateralClient,
  readBundle,
} from '@veritee/collateral'
import { parseAzureEvidence } from '@veritee/evidence/azure'
import { type CollateralFile, type SortedCollateral, sortCollateral } from '@veritee/evidence/collateral'
import { type DcapCollateral, parseDcapEvidence } from '@veritee/evidence/dcap'
import type { Finding } from '@veritee/evidence/result'
import type { ServiceConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { type ChipCertificates, openChipCertificates } from './chip-certificates.ts'
import { listNamedFiles, parseNamedBytes, readNamedFile } from './named-files.ts'

/** What was found for evidence, or why something is missing. */
export interface FoundCollateral {
  /** Intel's, for a quote. */
  readonly dcap?: DcapCollateral
  /** Certificates and revocation lists of every other vendor. */
  readonly files: SortedCollateral
  readonly finding?: Finding
}

/** A file of collateral that the configuration names, and what Intel's say of themselves. */
export interface NamedCollateral {
  readonly file: CollateralFile
  readonly sets: readonly CollateralSet[]
}

/** What there is to judge evidence with. */
export interface CollateralHoldings {
  readonly sets: readonly CollateralSet[]
  readonly files: readonly CollateralFile[]
}

/** What came of asking for one set anew. */
export interface RefreshOutcome {
  readonly key: CollateralSet['key']
  /** Code of the failure. */
  readonly code?: string
}

/** Where the service gets collateral. Nothing from it is verified before the evidence is. */
export interface CollateralSource {
  /** @throws CollateralError when a service does not answer, so that nothing can be said about the evidence now */
  find(tee: string, evidence: unknown): Promise<FoundCollateral>
  /** Everything that the configuration names, and what services gave since the start. */
  list(): CollateralHoldings
  /** Asks the services anew for what they gave. A failure leaves the old set. */
  refresh(): Promise<readonly RefreshOutcome[]>
  close(): Promise<void>
}

/** Failures of a service: they say nothing about the evidence, and the next try may go well. */
const SERVICE_FAILURES = /^COLLATERAL_(?:SERVICE_|TIMEOUT|TLS_|ACCESS_|REDIRECT_|RESPONSE_)/

/**
 * Opens the collateral that the configuration names: offline files, and services where they are given.
 *
 * @param dir the data directory: what a service gave is kept in `collateral/`
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID; CollateralError for the address of a service
 */
export function openCollateral(
  config: ServiceConfig['collateral'],
  dir: string,
  now: () => number,
  log: Logger,
): CollateralSource {
  const key = 'collateral.bundles'
  const paths = config.bundles.flatMap((path) => listNamedFiles(path, key))
  const named = paths.map((path) => parseNamedBytes(path, key, (bytes) => readCollateralFile(path, bytes, now())))
  const files = sortCollateral(listFiles(named))
  const client = createCollateralClient({
    endpoints: listEndpoints(config),
    bundles: [createArchive(named.flatMap(({ sets }) => sets))],
    now,
    limits: { timeoutMs: config.timeoutSeconds * 1000 },
    onNotice: ({ code, message, cause }) => log.warn({ code, err: cause }, message),
    ...(config.pcs === undefined ? {} : { cacheDirectory: join(dir, 'collateral') }),
  })
  const chips = openChipCertificates(config, dir, now, log)
  return {
    list: () => ({
      sets: joinSets(
        named.flatMap(({ sets }) => sets),
        client.sets(),
      ),
      files: listFiles(named),
    }),
    async refresh() {
      if (config.pcs === undefined) return []
      const outcomes: RefreshOutcome[] = []
      for (const { key } of client.sets()) outcomes.push(await refreshSet(client, key))
      return outcomes
    },
    async find(tee, evidence) {
      try {
        const quote = findQuote(tee, evidence)
        const dcap = quote === undefined ? undefined : (await client.fetchCollateralFor(quote)).collateral
        const own = await chips.find(tee, evidence)
        return { files: joinFiles(files, own), ...(dcap === undefined ? {} : { dcap }) }
      } catch (error) {
        if (!(error instanceof CollateralError) || SERVICE_FAILURES.test(error.code)) throw error
        return { files, finding: describeAbsence(error) }
      }
    },
    async close() {
      await Promise.all([client.close(), chips.close()])
    },
  }
}

/** Intel's bundles are JSON; everything else is told apart by its content. */
function readCollateralFile(name: string, bytes: Uint8Array, fetchedAt: number): NamedCollateral {
  const file = { name, bytes }
  const isJson = bytes.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte)) === 0x7b
  if (isJson) return { file, sets: readBundle(new TextDecoder().decode(bytes), { name, fetchedAt }).sets }
  sortCollateral([file])
  return { file, sets: [] }
}

const listFiles = (named: readonly NamedCollateral[]): CollateralFile[] =>
  named.filter(({ sets }) => sets.length === 0).map(({ file }) => file)

/** Each set once, as far as its source and its dates tell. */
function joinSets(named: readonly CollateralSet[], fetched: readonly CollateralSet[]): CollateralSet[] {
  const identify = ({ key, source, dates }: CollateralSet) => JSON.stringify([key, source, dates])
  return [...new Map([...named, ...fetched].map((set) => [identify(set), set])).values()]
}

async function refreshSet(client: CollateralClient, key: CollateralSet['key']): Promise<RefreshOutcome> {
  try {
    await client.fetchCollateral(key, { update: key.update, force: true })
    return { key }
  } catch (error) {
    if (!(error instanceof CollateralError)) throw error
    return { key, code: error.code }
  }
}

function joinFiles(files: SortedCollateral, more: ChipCertificates): SortedCollateral {
  if (more.length === 0) return files
  const own = sortCollateral(more.map((bytes, index) => ({ name: `fetched ${index}`, bytes })))
  return {
    dcap: files.dcap,
    certificates: [...own.certificates, ...files.certificates],
    crls: [...own.crls, ...files.crls],
    hygon: [...own.hygon, ...files.hygon],
  }
}

/** The quote that needs Intel's collateral; what is no such evidence the judge finds out. */
function findQuote(tee: string, evidence: unknown): Uint8Array | undefined {
  try {
    if (tee === 'tdx' || tee === 'sgx') return parseDcapEvidence(evidence as object).quote
    return tee === 'az-tdx-vtpm' ? parseAzureEvidence(evidence).tdQuote : undefined
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}

function listEndpoints({ pcs, ca }: ServiceConfig['collateral']): CollateralEndpoint[] {
  if (pcs === undefined) return []
  return [ca === undefined ? { url: pcs } : { url: pcs, ca: readNamedFile(ca, 'collateral.ca') }]
}

function describeAbsence({ code, message, next, details }: CollateralError): Finding {
  const { path = 'collateral', expected, actual } = details
  return {
    code,
    severity: 'error',
    path,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    message,
    next,
  }
}
