import { equalBytes } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, parseCrl, type X509Crl } from '@veritee/codec/x509'
import { parseVek, type SnpProduct, type SnpReport } from '@veritee/evidence/snp'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import { expectProduct, nameVcekFiles, routeVcek, type VcekQuery } from './amd-files.ts'
import { findFile, keepFile } from './files.ts'
import { FileMemory, KdsService, SingleFlight } from './service.ts'
import type { KdsClientOptions } from './types.ts'

/** AMD's key distribution service. */
export const AMD_KDS = 'https://kdsintf.amd.com/'

const INVALID = 'COLLATERAL_RESPONSE_INVALID'
/** A revocation list is asked for anew after that time, though it lives longer. */
const CRL_REFRESH_SECONDS = 24 * 3600

/** Which endorsement key a chain is for. */
export type VekKind = 'vcek' | 'vlek'

/** Fetches the certificates of AMD chips and keeps them. Nothing it returns is verified. */
export interface AmdKdsClient {
  /** The certificate of a chip at a TCB, DER. Throws COLLATERAL_QUERY_INVALID, COLLATERAL_MISMATCH, COLLATERAL_ABSENT … */
  fetchVcek(query: VcekQuery): Promise<Uint8Array>
  /** Intermediate and root, PEM. */
  fetchChain(product: SnpProduct, kind?: VekKind): Promise<Uint8Array>
  /** The revocation list of the root, DER: one that is current, where there is one. */
  fetchCrl(product: SnpProduct, kind?: VekKind): Promise<Uint8Array>
  /**
   * Everything that `parseSnpCollateral` needs for a report: the VCEK, the chain, the revocation list. A VLEK comes with
   * the evidence, never from here. A list that cannot be had is left out: verification says so then.
   */
  fetchFor(report: SnpReport): Promise<readonly Uint8Array[]>
  /** Ends what is under way and closes connections. */
  close(): Promise<void>
}

/**
 * Makes a client of AMD's service, which refuses whoever asks often: certificates are kept for good, requests go one after
 * another, and after a refusal nothing is asked until the time it names.
 *
 * Stores are laid out as `vcek/HWID/blNN_teeNN_snpNN_ucodeNN[_fmcNN]_vcek.der` or `vcek/HWID/vcek.der`, and
 * `{vcek,vlek}/PRODUCT/{cert_chain.pem,crl.der}`. Throws COLLATERAL_ENDPOINT_* and COLLATERAL_CA_INVALID.
 */
export function createAmdKdsClient(options: KdsClientOptions): AmdKdsClient {
  const client = new Client(options)
  return {
    fetchVcek: (query) => client.fetchVcek(query),
    fetchChain: (product, kind = 'vcek') => client.fetchChain(product, kind),
    fetchCrl: (product, kind = 'vcek') => client.fetchCrl(product, kind),
    fetchFor: (report) => client.fetchFor(report),
    close: () => client.close(),
  }
}

class Client {
  readonly #options: KdsClientOptions
  readonly #service: KdsService
  readonly #memory: FileMemory
  readonly #flights = new SingleFlight<Uint8Array>()
  readonly #directories: readonly string[]
  /** When a revocation list was fetched, by name. */
  readonly #crlFetchedAt = new Map<string, number>()

  constructor(options: KdsClientOptions) {
    const { stores = [], cacheDirectory } = options
    this.#options = options
    this.#service = new KdsService(options, AMD_KDS)
    this.#memory = new FileMemory(options.maxFiles)
    this.#directories = [...stores, ...(cacheDirectory === undefined ? [] : [cacheDirectory])]
  }

  async fetchVcek(query: VcekQuery): Promise<Uint8Array> {
    const route = routeVcek(query)
    return await this.#fetchForGood(nameVcekFiles(query), (bytes) => expectVcek(bytes, query), route.path, route.query)
  }

  async fetchChain(product: SnpProduct, kind: VekKind): Promise<Uint8Array> {
    expectProduct(product)
    const path = `${kind}/v1/${product}/cert_chain`
    return await this.#fetchForGood([`${kind}/${product}/cert_chain.pem`], expectChain, path)
  }

  async fetchCrl(product: SnpProduct, kind: VekKind): Promise<Uint8Array> {
    expectProduct(product)
    const name = `${kind}/${product}/crl.der`
    const { now } = this.#options
    const kept = this.#memory.find(name)
    const isFresh = now() - (this.#crlFetchedAt.get(name) ?? Number.NEGATIVE_INFINITY) < CRL_REFRESH_SECONDS
    if (kept !== undefined && isFresh && isCurrent(kept, now())) return kept
    return await this.#flights.join(name, () => this.#refreshCrl(name, `${kind}/v1/${product}/crl`))
  }

  async fetchFor(report: SnpReport): Promise<readonly Uint8Array[]> {
    const kind = report.signingKey === 'vlek' ? 'vlek' : 'vcek'
    const { product, vcek } = kind === 'vlek' ? { product: report.product, vcek: [] } : await this.#findProduct(report)
    const chain = await this.fetchChain(product, kind)
    const crl = await this.fetchCrl(product, kind).catch((error: unknown) => {
      if (error instanceof CollateralError) return undefined
      throw error
    })
    return [...vcek, chain, ...(crl === undefined ? [] : [crl])]
  }

  async close(): Promise<void> {
    await this.#service.close()
  }

  /** A report of version 2 does not tell Milan from Genoa; the service knows each chip under one of them. */
  async #findProduct(report: SnpReport): Promise<{ product: SnpProduct; vcek: Uint8Array[] }> {
    const { chipId, reportedTcb: tcb, product } = report
    const candidates: SnpProduct[] = report.version === 2 && product === 'Milan' ? ['Milan', 'Genoa'] : [product]
    for (const candidate of candidates) {
      try {
        return { product: candidate, vcek: [await this.fetchVcek({ product: candidate, chipId, tcb })] }
      } catch (error) {
        const isUnknown = error instanceof CollateralError && error.code === 'COLLATERAL_NOT_FOUND'
        if (!isUnknown || candidate === candidates.at(-1)) throw error
      }
    }
    throw new CollateralError('COLLATERAL_NOT_FOUND')
  }

  /** Certificates do not change: what was found once is kept. */
  async #fetchForGood(
    names: readonly string[],
    check: (bytes: Uint8Array) => void,
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Uint8Array> {
    const [name] = names as [string]
    const key = `${path} ${name}`
    const kept = this.#memory.find(key)
    if (kept !== undefined) return kept
    return await this.#flights.join(key, async () => {
      const bytes =
        (await findFile(this.#options, this.#directories, names, check)) ??
        (await this.#fetchNew(name, check, path, query))
      this.#memory.keep(key, bytes)
      return bytes
    })
  }

  async #fetchNew(
    name: string,
    check: (bytes: Uint8Array) => void,
    path: string,
    query: Readonly<Record<string, string>>,
  ): Promise<Uint8Array> {
    const bytes = await this.#service.fetch(path, query)
    check(bytes)
    await keepFile(this.#options, name, bytes)
    return bytes
  }

  /** A new list; where none can be had, the one that is stored, if it is current. */
  async #refreshCrl(name: string, path: string): Promise<Uint8Array> {
    const { now } = this.#options
    try {
      const bytes = await this.#fetchNew(name, (body) => void readCrl(body), path, {})
      this.#memory.keep(name, bytes)
      this.#crlFetchedAt.set(name, now())
      return bytes
    } catch (error) {
      if (!(error instanceof CollateralError)) throw error
      const kept = this.#memory.find(name)
      if (kept !== undefined && isCurrent(kept, now())) return kept
      const stored = await findFile(this.#options, this.#directories, [name], (body) => void readCrl(body))
      if (stored === undefined || !isCurrent(stored, now())) throw error
      return stored
    }
  }
}

function expectVcek(bytes: Uint8Array, { product, chipId, tcb }: VcekQuery): void {
  const vek = reading(INVALID, 'vcek', () => parseVek(parseCertificate(bytes)))
  const { hardwareId } = vek
  const isSame =
    vek.product === product &&
    hardwareId !== undefined &&
    equalBytes(hardwareId, chipId.subarray(0, hardwareId.length)) &&
    (['fmc', 'bootloader', 'tee', 'snp', 'microcode'] as const).every((part) => vek.tcb[part] === tcb[part])
  if (isSame) return
  throw new CollateralError('COLLATERAL_MISMATCH', undefined, {
    details: { path: 'vcek', expected: { product, tcb }, actual: { product: vek.product, tcb: vek.tcb } },
  })
}

function expectChain(bytes: Uint8Array): void {
  const count = reading(INVALID, 'cert_chain', () => {
    const blocks = parsePem(bytes, { maxBlocks: 8 }).filter(({ label }) => label === 'CERTIFICATE')
    return blocks.map(({ der }) => parseCertificate(der)).length
  })
  if (count < 2) {
    throw new CollateralError(INVALID, undefined, {
      details: { path: 'cert_chain', expected: 'intermediate and root', actual: count },
    })
  }
}

function readCrl(bytes: Uint8Array): X509Crl {
  return reading(INVALID, 'crl', () => parseCrl(bytes))
}

function isCurrent(bytes: Uint8Array, now: number): boolean {
  return now <= (readCrl(bytes).nextUpdate ?? Number.NEGATIVE_INFINITY)
}
