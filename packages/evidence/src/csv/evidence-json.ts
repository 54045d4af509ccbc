/** The evidence JSON of the Trustee forks; certificates come as serialised structures and are written back to their bytes. */
import { concatBytes, decodeBase64, encodeUtf8, equalBytes, isAllZero, u16le, u32le } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import {
  type AuthorityCertificate,
  type PlatformCertificate,
  parseAuthorityCertificate,
  parsePlatformCertificate,
} from './certificate/certificates.ts'
import { CsvError } from './codes.ts'
import { parseCsvReport } from './report/parse.ts'
import type { CsvReport } from './types.ts'

type Json = { readonly [name: string]: unknown }

const MAGIC = encodeUtf8('ATTESTATION_EXT\0')
const FLAGS: Readonly<Record<number, 1 | 2 | 3>> = { 0: 1, 1: 2, 3: 3 }

/** Evidence of one machine. */
export interface CsvEvidence {
  readonly report: CsvReport
  /** As the evidence says it beside the report; verification ties them to the report. */
  readonly pek: PlatformCertificate
  readonly hsk?: AuthorityCertificate
  readonly cek?: PlatformCertificate
  readonly serialNumber?: Uint8Array
  readonly eventLog?: Uint8Array
}

/**
 * Reads evidence JSON that was parsed already (by a strict, bounded parser).
 *
 * @param options.experimental read report version 3, whose layout is not settled
 * @throws EvidenceError CSV_EVIDENCE_JSON and the codes of report and certificates
 */
export function parseCsvEvidence(json: unknown, options: { experimental?: boolean } = {}): CsvEvidence {
  const evidence = objectAt(json, 'evidence')
  const wrapper = objectAt(evidence['attestation_report'], 'attestation_report')
  const version = versionOf(wrapper, options.experimental === true)
  const report = parseCsvReport(bytesAt(wrapper['data'], 4096, 'attestation_report.data'), version)
  const chain = objectAt(evidence['cert_chain'], 'cert_chain')
  const nested = chain['hsk_cek'] ?? chain
  const { hsk, cek } = objectAt(nested, 'cert_chain.hsk_cek')
  const { serial_number: serial, cc_eventlog: log } = evidence
  return {
    report,
    pek: parsePlatformCertificate(platformBytes(chain['pek'], 'cert_chain.pek'), 'pek'),
    ...(hsk === undefined || hsk === null
      ? {}
      : { hsk: parseAuthorityCertificate(authorityBytes(hsk, 'cert_chain.hsk'), 'hsk') }),
    ...(cek === undefined || cek === null
      ? {}
      : { cek: parsePlatformCertificate(platformBytes(cek, 'cert_chain.cek'), 'cek') }),
    ...(serial === undefined || serial === null ? {} : { serialNumber: bytesAt(serial, 64, 'serial_number') }),
    ...(log === undefined || log === null ? {} : { eventLog: logAt(log) }),
  }
}

/** The wrapper is not signed; a page under the wrong label fails its signature, whose length differs. */
function versionOf(wrapper: Json, experimental: boolean): 1 | 2 | 3 {
  const magic = bytesAt(wrapper['magic'], 16, 'attestation_report.magic')
  if (isAllZero(magic)) return 1
  const flags = wrapper['flags']
  const version = equalBytes(magic, MAGIC) && typeof flags === 'number' ? FLAGS[flags] : undefined
  if (version === undefined || (version === 3 && !experimental)) {
    throw new CsvError('CSV_REPORT_FORMAT', undefined, {
      details: { path: 'attestation_report.flags', expected: experimental ? [0, 1, 3] : [0, 1], actual: flags },
    })
  }
  return version
}

function logAt(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw misshapen('cc_eventlog', 'base64 text')
  try {
    return decodeBase64(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw misshapen('cc_eventlog', 'base64 text')
  }
}

function platformBytes(value: unknown, path: string): Uint8Array {
  const certificate = objectAt(value, path)
  const body = objectAt(certificate['body'], `${path}.body`)
  const data = objectAt(body['data'], `${path}.body.data`)
  const firmware = objectAt(data['firmware'], `${path}.firmware`)
  const publicKey = objectAt(data['pubkey'], `${path}.pubkey`)
  const { sigs } = certificate
  if (!Array.isArray(sigs) || sigs.length !== 2) throw misshapen(`${path}.sigs`, 'two signatures')
  return concatBytes(
    numberAt(body['ver'], 4, `${path}.ver`),
    numberAt(firmware['major'], 1, `${path}.firmware.major`),
    numberAt(firmware['minor'], 1, `${path}.firmware.minor`),
    numberAt(data['reserved1'], 2, `${path}.reserved1`),
    numberAt(publicKey['usage'], 4, `${path}.pubkey.usage`),
    numberAt(publicKey['algo'], 4, `${path}.pubkey.algo`),
    keyBytes(publicKey['key'], `${path}.pubkey.key`),
    numberAt(data['uid_size'], 2, `${path}.uid_size`),
    bytesAt(data['user_id'], 254, `${path}.user_id`),
    bytesAt(data['sid'], 16, `${path}.sid`),
    bytesAt(data['reserved2'], 608, `${path}.reserved2`),
    ...Array.from(sigs as readonly unknown[], (signature, index) =>
      signatureBytes(signature, `${path}.sigs[${index}]`),
    ),
  )
}

function authorityBytes(value: unknown, path: string): Uint8Array {
  const certificate = objectAt(value, path)
  const body = objectAt(certificate['body'], `${path}.body`)
  const preamble = objectAt(body['preamble'], `${path}.preamble`)
  const data = objectAt(preamble['data'], `${path}.preamble.data`)
  return concatBytes(
    numberAt(preamble['ver'], 4, `${path}.ver`),
    bytesAt(data['kid'], 16, `${path}.kid`),
    bytesAt(data['sid'], 16, `${path}.sid`),
    numberAt(data['usage'], 4, `${path}.usage`),
    bytesAt(data['reserved'], 24, `${path}.reserved`),
    keyBytes(body['pubkey'], `${path}.pubkey`),
    numberAt(body['uid_size'], 2, `${path}.uid_size`),
    bytesAt(body['user_id'], 254, `${path}.user_id`),
    bytesAt(body['reserved'], 108, `${path}.body.reserved`),
    pairBytes(certificate['signature'], ['r', 's'], `${path}.signature`),
    bytesAt(certificate['_reserved'], 112, `${path}._reserved`),
  )
}

function signatureBytes(value: unknown, path: string): Uint8Array {
  const json = objectAt(value, path)
  return concatBytes(
    numberAt(json['usage'], 4, `${path}.usage`),
    numberAt(json['algo'], 4, `${path}.algo`),
    pairBytes(json['signature'], ['r', 's'], `${path}.signature`),
    bytesAt(json['_reserved'], 368, `${path}._reserved`),
  )
}

function keyBytes(value: unknown, path: string): Uint8Array {
  return concatBytes(numberAt(objectAt(value, path)['g'], 4, `${path}.g`), pairBytes(value, ['x', 'y'], path))
}

function pairBytes(value: unknown, names: readonly [string, string], path: string): Uint8Array {
  const json = objectAt(value, path)
  return concatBytes(...names.map((name) => bytesAt(json[name], 72, `${path}.${name}`)))
}

function numberAt(value: unknown, size: 1 | 2 | 4, path: string): Uint8Array {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size))
    throw misshapen(path, `a number of ${size} bytes`)
  return size === 4 ? u32le(value) : size === 2 ? u16le(value) : Uint8Array.of(value)
}

function bytesAt(value: unknown, size: number, path: string): Uint8Array {
  if (
    !Array.isArray(value) ||
    value.length !== size ||
    !value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
  ) {
    throw misshapen(path, `${size} bytes as numbers`)
  }
  return Uint8Array.from(value as number[])
}

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path, 'an object')
  return value as Json
}

function misshapen(path: string, expected: string): CsvError {
  return new CsvError('CSV_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}.`, {
    details: { path, expected },
  })
}
