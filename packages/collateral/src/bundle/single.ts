import { encodeHex } from '@veritee/codec/bytes'
import { type DcapCollateral, parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { caOfCrl, collectDates, readDocuments, reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import type { CollateralSet, TcbUpdate } from '../types.ts'
import type { BundleOptions } from './types.ts'

const INVALID = 'COLLATERAL_BUNDLE_INVALID'

/** Reads the bundle of a single platform; its documents say which platform that is. Counts as the standard data set. */
export function readSingle(bundle: object, options: BundleOptions): readonly CollateralSet[] {
  const collateral = reading(INVALID, 'collateral', () => parseDcapCollateral(bundle))
  return [createSet(collateral, 'standard', options)]
}

/** A set named by what its documents are about. Throws COLLATERAL_BUNDLE_INVALID. */
export function createSet(collateral: DcapCollateral, update: TcbUpdate, options: BundleOptions): CollateralSet {
  const documents = readDocuments(collateral, INVALID)
  const ca = caOfCrl(documents.pckCrl)
  if (ca === undefined) {
    throw new CollateralError(INVALID, undefined, {
      details: {
        path: 'pck_crl',
        expected: 'a list of the PCK Processor or Platform CA',
        actual: documents.pckCrl.issuer.toString(),
      },
    })
  }
  const { tcbInfo } = documents
  return {
    key: { tee: tcbInfo.id === 'TDX' ? 'tdx' : 'sgx', fmspc: encodeHex(tcbInfo.fmspc), ca, update },
    collateral,
    dates: collectDates(documents),
    fetchedAt: options.fetchedAt ?? 0,
    source: options.name ?? 'bundle',
  }
}
