import { CodecError } from '@veritee/codec'
import { decodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCrl, type X509Crl } from '@veritee/codec/x509'
import { EvidenceError } from '@veritee/evidence'
import {
  type DcapCollateral,
  parseQeIdentity,
  parseTcbInfo,
  type QeIdentity,
  type TcbInfo,
} from '@veritee/evidence/dcap/collateral'
import type { PckCa } from '@veritee/evidence/dcap/pck'
import { CollateralError, type CollateralErrorCode } from './errors.ts'
import type { CollateralDates } from './types.ts'

/** The documents of a set, read and not verified. */
export interface ReadDocuments {
  readonly tcbInfo: TcbInfo
  readonly qeIdentity?: QeIdentity
  readonly rootCaCrl: X509Crl
  readonly pckCrl: X509Crl
}

/** Reads the documents of a set. A fault is thrown with `code`. Verifies nothing. */
export function readDocuments(collateral: DcapCollateral, code: CollateralErrorCode): ReadDocuments {
  const { qeIdentity } = collateral
  return {
    tcbInfo: reading(code, 'tcbInfo', () => parseTcbInfo(collateral.tcbInfo)),
    ...(qeIdentity === undefined ? {} : { qeIdentity: reading(code, 'qeIdentity', () => parseQeIdentity(qeIdentity)) }),
    rootCaCrl: reading(code, 'rootCaCrl', () => readCrl(collateral.rootCaCrl)),
    pckCrl: reading(code, 'pckCrl', () => readCrl(collateral.pckCrl)),
  }
}

/** What the documents claim about their time. */
export function collectDates({ tcbInfo, qeIdentity, rootCaCrl, pckCrl }: ReadDocuments): CollateralDates {
  const documents = qeIdentity === undefined ? [tcbInfo] : [tcbInfo, qeIdentity]
  const ends = [...documents.map((document) => document.nextUpdateAt), rootCaCrl.nextUpdate, pckCrl.nextUpdate]
  return {
    issuedAt: Math.min(...documents.map((document) => document.issuedAt), pckCrl.thisUpdate),
    rootCrlIssuedAt: rootCaCrl.thisUpdate,
    expiresAt: Math.min(...ends.filter((end) => end !== undefined)),
    tcbEvaluationDataNumber: Math.min(...documents.map((document) => document.tcbEvaluationDataNumber)),
  }
}

/** Which CA a PCK CRL is of, by the name of its issuer. */
export function caOfCrl(crl: X509Crl): PckCa | undefined {
  const name = crl.issuer.commonName ?? ''
  if (name.includes('Platform')) return 'platform'
  return name.includes('Processor') ? 'processor' : undefined
}

/** Runs a reader of another package; its faults come out as `code`. */
export function reading<T>(code: CollateralErrorCode, path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CodecError) && !(cause instanceof EvidenceError)) throw cause
    throw new CollateralError(code, undefined, { details: { path, actual: cause.message, cause: cause.code }, cause })
  }
}

function readCrl(text: string): X509Crl {
  const [block] = text.includes('-----BEGIN') ? parsePem(text, { maxBlocks: 1 }) : []
  return parseCrl(block?.der ?? decodeHex(text.trim()))
}
