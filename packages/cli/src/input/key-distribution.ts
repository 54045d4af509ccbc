import { isCodedError } from '@veritee/codec/error'
import { createAmdKdsClient, createHygonKdsClient, type KdsClientOptions } from '@veritee/collateral/kds'
import { parseAzureEvidence } from '@veritee/evidence/azure'
import type { CollateralFile } from '@veritee/evidence/collateral'
import { type CsvEvidence, parseCsvEvidence, parseCsvPage } from '@veritee/evidence/csv'
import type { Recognized } from '@veritee/evidence/recognize'
import { parseSnpEvidence, parseSnpReport, type SnpReport } from '@veritee/evidence/snp'
import type { Io } from '../io.ts'
import { recognizeMachine } from './machine.ts'

/** A report whose certificates a vendor gives out by the number of its chip. */
type ChipReport = { readonly snp: SnpReport } | { readonly csv: CsvEvidence }

/**
 * Fetches the certificates of the chip behind SNP or CSV evidence from the vendor's key distribution service, or from
 * `url` in its place. Other evidence needs none, and what is malformed is for the judgement to say.
 *
 * @throws CollateralError when the service does not give them
 */
export async function fetchChipCertificates(io: Io, input: Uint8Array, url?: string): Promise<CollateralFile[]> {
  const report = readReport(input)
  if (report === undefined) return []
  if (io.progress) io.err('fetching the certificates of the chip\n')
  const options: KdsClientOptions = { now: () => io.now(), ...(url === undefined ? {} : { baseUrl: url }) }
  return 'snp' in report ? await fetchSnp(report.snp, options) : await fetchCsv(report.csv, options)
}

async function fetchSnp(report: SnpReport, options: KdsClientOptions): Promise<CollateralFile[]> {
  const client = createAmdKdsClient(options)
  try {
    const files = await client.fetchFor(report)
    return files.map((bytes, index) => ({ name: `certificate ${index + 1} of the AMD service`, bytes }))
  } finally {
    await client.close()
  }
}

async function fetchCsv({ report }: CsvEvidence, options: KdsClientOptions): Promise<CollateralFile[]> {
  const client = createHygonKdsClient(options)
  try {
    const { serialNumber, bytes } = await client.fetchChip(report.serialNumber)
    return [{ name: `certificates of ${serialNumber} of the Hygon service`, bytes, serialNumber }]
  } finally {
    await client.close()
  }
}

function readReport(input: Uint8Array): ChipReport | undefined {
  try {
    return reportOf(recognizeMachine(input))
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}

function reportOf(found: Recognized): ChipReport | undefined {
  if (found.kind === 'snp-report') return { snp: parseSnpReport(found.bytes) }
  if (found.kind === 'csv-report') return { csv: parseCsvPage(found.bytes) }
  if (found.kind !== 'evidence-json') return undefined
  if (found.tee === 'az-snp-vtpm') return { snp: parseSnpReport(parseAzureEvidence(found.evidence).hcl.hardwareReport) }
  if (found.tee === 'snp') return { snp: parseSnpEvidence(found.evidence).report }
  return found.tee === 'csv' ? { csv: parseCsvEvidence(found.evidence, { experimental: true }) } : undefined
}
