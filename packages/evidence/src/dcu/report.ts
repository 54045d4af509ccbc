/** Reports of Hygon DCU accelerators (specification page csv-tpm-coco, section 1.13). */
import { concatBytes, decodeBase64, u32le } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { readSignature } from '../csv/certificate/fields.ts'
import { type DcuError, refuse } from './codes.ts'

type Json = { readonly [name: string]: unknown }

const MOST_DEVICES = 32

/** A report as read. Nothing of it is verified. */
export interface DcuReport {
  /** The body that is signed, 252 bytes. */
  readonly signedBytes: Uint8Array
  readonly version: number
  /** 16 bytes. */
  readonly chipId: Uint8Array
  /** 64 bytes. */
  readonly userData: Uint8Array
  /** 32 bytes. */
  readonly measure: Uint8Array
  /** 128 bytes. */
  readonly reserved: Uint8Array
  readonly signatureUsage: number
  readonly signatureAlgorithm: number
  /** r‖s, 64 bytes. */
  readonly signature: Uint8Array
}

/**
 * Reads `{attestation_reports: [{body: {…}, sig: {r, s}}]}`, parsed already by a strict, bounded parser.
 *
 * @throws EvidenceError DCU_EVIDENCE_JSON, CSV_CERTIFICATE_MALFORMED for a signature out of its bounds
 */
export function parseDcuEvidence(json: unknown): DcuReport[] {
  const list = (json as Json | null)?.['attestation_reports']
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_DEVICES)
    throw misshapen('attestation_reports', `1 to ${MOST_DEVICES} reports`)
  return list.map((entry: unknown, index) => parseReport(entry, `attestation_reports[${index}]`))
}

function parseReport(value: unknown, path: string): DcuReport {
  const report = objectAt(value, path)
  const body = objectAt(report['body'], `${path}.body`)
  const sig = objectAt(report['sig'], `${path}.sig`)
  const number = (name: string) => numberAt(body[name], `${path}.body.${name}`)
  const bytes = (name: string, size: number) => bytesAt(body[name], size, `${path}.body.${name}`)
  const fields = {
    version: number('version'),
    chipId: bytes('chip_id', 16),
    userData: bytes('user_data', 64),
    measure: bytes('measure', 32),
    reserved: bytes('reserved', 128),
    signatureUsage: number('sig_usage'),
    signatureAlgorithm: number('sig_algo'),
  }
  const halves = ['r', 's'].map((name) => bytesAt(sig[name], 72, `${path}.sig.${name}`))
  return {
    ...fields,
    signedBytes: concatBytes(
      u32le(fields.version),
      fields.chipId,
      fields.userData,
      fields.measure,
      fields.reserved,
      u32le(fields.signatureUsage),
      u32le(fields.signatureAlgorithm),
    ),
    signature: readSignature(concatBytes(...halves), `${path}.sig`),
  }
}

/** An array of numbers, or base64 as some writers put long arrays. */
function bytesAt(value: unknown, size: number, path: string): Uint8Array {
  const bytes = typeof value === 'string' ? decode(value, path) : arrayAt(value, path)
  if (bytes.length !== size) throw misshapen(path, `${size} bytes`)
  return bytes
}

function arrayAt(value: unknown, path: string): Uint8Array {
  if (!Array.isArray(value) || !value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    throw misshapen(path, 'bytes')
  return Uint8Array.from(value as number[])
}

function decode(text: string, path: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw misshapen(path, 'base64 text')
  }
}

function numberAt(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value
  throw misshapen(path, 'a number of 4 bytes')
}

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path, 'an object')
  return value as Json
}

function misshapen(path: string, expected: string): DcuError {
  return refuse('DCU_EVIDENCE_JSON', path, expected)
}
