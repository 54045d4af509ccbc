import { isCodedError } from '@veritee/codec/error'
import { recognizeEvidence } from '../recognize/index.ts'
import { CollateralFileError } from './codes.ts'

/** One file of collateral as it came; its name is for people. */
export interface CollateralFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** The serial number that Hygon's service was asked with for this very file; it binds the serial number of reports. */
  readonly serialNumber?: string
}

/** Hygon certificates of one file, and the chip they were fetched for where that is known. */
export type HygonFile = Pick<CollateralFile, 'bytes' | 'serialNumber'>

/** Collateral of every kind, told apart by content. Nothing in it is parsed further or verified. */
export interface SortedCollateral {
  /** Texts of Intel's collateral bundles. */
  readonly dcap: readonly string[]
  /** X.509 certificates, DER, in their order. */
  readonly certificates: readonly Uint8Array[]
  /** X.509 revocation lists, DER. */
  readonly crls: readonly Uint8Array[]
  /** Hygon certificates, file by file. */
  readonly hygon: readonly HygonFile[]
}

const MOST_FILES = 256

/**
 * Sorts files of collateral by what is in them: bundles of Intel's collateral, certificates and revocation lists as PEM or
 * DER, Hygon certificates; each raw, or as hexadecimal or base64 text.
 *
 * @throws EvidenceError COLLATERAL_KIND_UNKNOWN with the file's name, COLLATERAL_FILES_EXCESSIVE
 */
export function sortCollateral(files: readonly CollateralFile[]): SortedCollateral {
  if (files.length > MOST_FILES) {
    throw new CollateralFileError('COLLATERAL_FILES_EXCESSIVE', undefined, {
      details: { path: 'collateral', expected: MOST_FILES, actual: files.length },
    })
  }
  const sorted = {
    dcap: [] as string[],
    certificates: [] as Uint8Array[],
    crls: [] as Uint8Array[],
    hygon: [] as HygonFile[],
  }
  for (const file of files) {
    const found = recognize(file)
    if (found.kind === 'dcap-collateral') sorted.dcap.push(found.text)
    else if (found.kind === 'hygon-certificates') sorted.hygon.push(hygonFileOf(found.bytes, file))
    else if (found.kind === 'x509') {
      sorted.certificates.push(...found.certificates)
      sorted.crls.push(...found.crls)
    } else throw unknown(file.name, found.kind)
  }
  return sorted
}

function hygonFileOf(bytes: Uint8Array, { serialNumber }: CollateralFile): HygonFile {
  return { bytes, ...(serialNumber === undefined ? {} : { serialNumber }) }
}

function recognize({ name, bytes }: CollateralFile): ReturnType<typeof recognizeEvidence> {
  try {
    return recognizeEvidence(bytes)
  } catch (cause) {
    if (isCodedError(cause) && cause.code === 'SNP_CERTIFICATE_TABLE') throw cause
    if (isCodedError(cause)) throw unknown(name, cause.code, cause)
    throw cause
  }
}

function unknown(name: string, actual: string, cause?: unknown): CollateralFileError {
  return new CollateralFileError('COLLATERAL_KIND_UNKNOWN', `The file ${name} is no collateral.`, {
    details: { path: name, expected: 'a bundle, certificates or revocation lists', actual },
    ...(cause === undefined ? {} : { cause }),
  })
}
