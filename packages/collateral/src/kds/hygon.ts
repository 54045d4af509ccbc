import { parseHskCek } from '@veritee/evidence/csv'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import { findFile, keepFile } from './files.ts'
import { FileMemory, KdsService, SingleFlight } from './service.ts'
import type { KdsClientOptions } from './types.ts'

/** Hygon's key distribution service. */
export const HYGON_KDS = 'https://cert.hygon.cn/'

const SERIAL_NUMBER = /^[A-Za-z0-9]{1,64}$/

/** Certificates of one chip. */
export interface HygonChipFile {
  readonly serialNumber: string
  /** HSK and CEK, 2916 bytes. */
  readonly bytes: Uint8Array
}

/** Fetches the certificates of Hygon chips and keeps them; they carry no dates and do not change. */
export interface HygonKdsClient {
  /**
   * HSK and CEK of a chip: from memory, a store, the cache, or the service. Nothing of it is verified.
   *
   * @param serialNumber as the report carries it: letters and digits
   * Throws COLLATERAL_QUERY_INVALID, COLLATERAL_ABSENT, COLLATERAL_RESPONSE_INVALID and what transports throw.
   */
  fetchChip(serialNumber: string): Promise<HygonChipFile>
  /** Ends what is under way and closes connections. */
  close(): Promise<void>
}

/**
 * Makes a client of Hygon's service. Stores are laid out as `CHIP/hsk_cek.cert`, or `CHIP_hsk_cek.cert` beside each other.
 *
 * Throws COLLATERAL_ENDPOINT_* and COLLATERAL_CA_INVALID.
 */
export function createHygonKdsClient(options: KdsClientOptions): HygonKdsClient {
  const service = new KdsService(options, HYGON_KDS)
  const memory = new FileMemory(options.maxFiles)
  const flights = new SingleFlight<Uint8Array>()
  const { stores = [], cacheDirectory } = options
  const directories = [...stores, ...(cacheDirectory === undefined ? [] : [cacheDirectory])]

  async function find(serialNumber: string): Promise<Uint8Array> {
    const names = [`${serialNumber}/hsk_cek.cert`, `${serialNumber}_hsk_cek.cert`]
    const stored = await findFile(options, directories, names, expectChip)
    if (stored !== undefined) return stored
    const bytes = await service.fetch('hsk_cek', { snumber: serialNumber })
    expectChip(bytes)
    await keepFile(options, names[0]!, bytes)
    return bytes
  }

  return {
    async fetchChip(serialNumber) {
      if (!SERIAL_NUMBER.test(serialNumber)) {
        throw new CollateralError('COLLATERAL_QUERY_INVALID', undefined, {
          details: { path: 'serialNumber', expected: '1 to 64 letters and digits', actual: serialNumber.slice(0, 80) },
        })
      }
      const bytes = memory.find(serialNumber) ?? (await flights.join(serialNumber, () => find(serialNumber)))
      memory.keep(serialNumber, bytes)
      return { serialNumber, bytes }
    },
    close: () => service.close(),
  }
}

function expectChip(bytes: Uint8Array): void {
  reading('COLLATERAL_RESPONSE_INVALID', 'hsk_cek', () => parseHskCek(bytes))
}
