import { join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { CollateralError } from '@veritee/collateral'
import {
  type AmdKdsClient,
  createAmdKdsClient,
  createHygonKdsClient,
  type KdsClientOptions,
} from '@veritee/collateral/kds'
import { parseAzureEvidence } from '@veritee/evidence/azure'
import { parseCsvEvidence } from '@veritee/evidence/csv'
import { parseSnpEvidence, parseSnpReport, type SnpReport } from '@veritee/evidence/snp'
import type { ServiceConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { readNamedFile } from './named-files.ts'

/** Files of certificates and revocation lists, to be sorted by content. */
export type ChipCertificates = readonly Uint8Array[]

/** Where the certificates of AMD's and Hygon's chips come from. */
export interface ChipCertificateSource {
  /** Nothing where no service and no store is configured for the kind, or the evidence cannot be read. @throws CollateralError */
  find(tee: string, evidence: unknown): Promise<ChipCertificates>
  close(): Promise<void>
}

/**
 * Opens the key distribution services and the stores of their files that the configuration names.
 *
 * @param dir the data directory: what a service gave is kept in `collateral/`
 * @throws ServiceError SERVICE_FILE_UNREADABLE; CollateralError for the address of a service
 */
export function openChipCertificates(
  { amdKds, hygonKds, stores, ca, timeoutSeconds }: ServiceConfig['collateral'],
  dir: string,
  now: () => number,
  log: Logger,
): ChipCertificateSource {
  const options = (baseUrl: string | undefined, name: string): KdsClientOptions => ({
    now,
    stores,
    limits: { timeoutMs: timeoutSeconds * 1000 },
    onNotice: ({ code, message, path, cause }) => log.warn({ code, path, err: cause }, message),
    ...(ca === undefined ? {} : { ca: readNamedFile(ca, 'collateral.ca') }),
    ...(baseUrl === undefined ? { offline: true } : { baseUrl, cacheDirectory: join(dir, 'collateral', name) }),
  })
  const isUsed = (url: string | undefined) => url !== undefined || stores.length > 0
  const amd = isUsed(amdKds) ? createAmdKdsClient(options(amdKds, 'amd')) : undefined
  const hygon = isUsed(hygonKds) ? createHygonKdsClient(options(hygonKds, 'hygon')) : undefined
  return {
    async find(tee, evidence) {
      const chip = amd && reading(() => readSnpChip(tee, evidence))
      if (amd !== undefined && chip !== undefined) return knownOr(() => fetchFor(amd, chip), amdKds)
      const serial = hygon && reading(() => readSerialNumber(tee, evidence))
      if (hygon === undefined || serial === undefined) return []
      return knownOr(async () => [(await hygon.fetchChip(serial)).bytes], hygonKds)
    },
    async close() {
      await Promise.all([amd?.close(), hygon?.close()])
    },
  }
}

/** A store that does not know the chip is no failure where nobody else is to be asked: the evidence may bring its chain. */
async function knownOr(fetch: () => Promise<ChipCertificates>, service: string | undefined): Promise<ChipCertificates> {
  try {
    return await fetch()
  } catch (error) {
    if (service === undefined && error instanceof CollateralError) return []
    throw error
  }
}

interface SnpChip {
  readonly report: SnpReport
  /** The evidence brings the certificate of its chip: it is not asked for. */
  readonly hasCertificate: boolean
}

async function fetchFor(amd: AmdKdsClient, { report, hasCertificate }: SnpChip): Promise<ChipCertificates> {
  if (!hasCertificate) return amd.fetchFor(report)
  const kind = report.signingKey === 'vlek' ? 'vlek' : 'vcek'
  const chain = await amd.fetchChain(report.product, kind)
  const crl = await amd.fetchCrl(report.product, kind).catch((error: unknown) => {
    // Without a list the verification says that it is missing.
    if (error instanceof CollateralError) return undefined
    throw error
  })
  return crl === undefined ? [chain] : [chain, crl]
}

function readSnpChip(tee: string, evidence: unknown): SnpChip | undefined {
  if (tee === 'snp') {
    const { report, certificates } = parseSnpEvidence(evidence)
    return { report, hasCertificate: certificates.length > 0 }
  }
  if (tee !== 'az-snp-vtpm') return undefined
  const { hcl, vcek } = parseAzureEvidence(evidence)
  if (hcl.kind !== 'snp') return undefined
  return { report: parseSnpReport(hcl.hardwareReport), hasCertificate: vcek !== undefined }
}

/** As text without what fills its field; undefined where the evidence brings the certificates of its chip. */
function readSerialNumber(tee: string, evidence: unknown): string | undefined {
  if (tee !== 'csv') return undefined
  const { serialNumber, hsk, cek } = parseCsvEvidence(evidence)
  if (serialNumber === undefined || (hsk !== undefined && cek !== undefined)) return undefined
  return decodeUtf8(serialNumber).replace(/\0+$/, '')
}

/** What is no such evidence the judge finds out. */
function reading<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}
