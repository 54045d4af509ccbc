/**
 * The evidence JSON of the Trustee forks: `{attestation_report, cert_chain, svsm_manifest?}`, where the report is a
 * serialised structure in one of two spellings. Both are turned back into the 1184 raw bytes that were signed; base64 of
 * these bytes is read as well.
 */
import { decodeBase64, u32le, u64le } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { SnpError } from '../codes.ts'
import type { SnpProduct, SnpReport } from '../types.ts'
import { FIELDS, REPORT_BYTES, SIGNATURE_HALF_BYTES } from './layout.ts'
import { parseSnpReport } from './parse.ts'
import { encodeTcb, productOfChipId, productOfCpuid } from './product.ts'

type Json = { readonly [name: string]: unknown }

/** A certificate that came with the evidence. */
export interface SnpEvidenceCertificate {
  /** `VCEK`, `VLEK`, `ASK`, `ARK` as the sender named it; verification looks at the certificate itself. */
  readonly kind: string
  /** DER, or PEM as some senders put it. */
  readonly bytes: Uint8Array
}

/** What the evidence JSON holds. */
export interface SnpEvidence {
  readonly report: SnpReport
  readonly certificates: readonly SnpEvidenceCertificate[]
  /** Base64 text of an SVSM services manifest that the report data covers. */
  readonly svsmManifest?: string
}

const MOST_CERTIFICATES = 16
const MOST_CERTIFICATE_BYTES = 16_384

/**
 * Reads evidence JSON that was parsed already (by a strict, bounded parser).
 *
 * @throws EvidenceError SNP_EVIDENCE_JSON, and what {@link parseSnpReport} throws
 */
export function parseSnpEvidence(json: unknown): SnpEvidence {
  const evidence = objectAt(json, 'evidence')
  const report = parseSnpReport(rawReport(evidence['attestation_report']))
  const manifest = evidence['svsm_manifest']
  if (manifest !== undefined && manifest !== null && !isBase64(manifest))
    throw misshapen('svsm_manifest', 'base64 text')
  return {
    report,
    certificates: parseCertificates(evidence['cert_chain']),
    ...(typeof manifest === 'string' ? { svsmManifest: manifest } : {}),
  }
}

function isBase64(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    decodeBase64(value)
    return true
  } catch (error) {
    if (isCodedError(error)) return false
    throw error
  }
}

function parseCertificates(value: unknown): SnpEvidenceCertificate[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value) || value.length > MOST_CERTIFICATES)
    throw misshapen('cert_chain', `at most ${MOST_CERTIFICATES} entries`)
  return value.map((entry, index) => {
    const path = `cert_chain[${index}]`
    const { cert_type: kind, data } = objectAt(entry, path)
    if (typeof kind !== 'string') throw misshapen(`${path}.cert_type`, 'text')
    if (!Array.isArray(data) || data.length > MOST_CERTIFICATE_BYTES) throw misshapen(`${path}.data`, 'bytes')
    return { kind, bytes: bytesAt(data, data.length, `${path}.data`) }
  })
}

function rawReport(value: unknown): Uint8Array {
  if (typeof value !== 'string') return encodeReport(objectAt(value, 'attestation_report'))
  if (!isBase64(value)) throw misshapen('attestation_report', 'an object, or base64 of a report')
  return decodeBase64(value)
}

/** Writes the report as the firmware laid it out. */
function encodeReport(json: Json): Uint8Array {
  const out = new Uint8Array(REPORT_BYTES)
  const put = (name: keyof typeof FIELDS, bytes: Uint8Array) => out.set(bytes, FIELDS[name][0])
  const putBytes = (name: keyof typeof FIELDS, member: string) =>
    put(name, bytesAt(json[member], FIELDS[name][1], member))
  const number = (member: string) => numberAt(json[member], 0xffffffff, member)

  const version = number('version')
  const product = productOf(json, version)
  put('version', u32le(version))
  put('guestSvn', u32le(number('guest_svn')))
  put('policy', u64le(wideAt(json['policy'], 'policy')))
  putBytes('familyId', 'family_id')
  putBytes('imageId', 'image_id')
  put('vmpl', u32le(number('vmpl')))
  put('signatureAlgorithm', u32le(number('sig_algo')))
  put('platformInfo', u64le(wideAt(json['plat_info'], 'plat_info')))
  put('signerInfo', u32le('key_info' in json ? number('key_info') : number('_author_key_en')))
  putBytes('reportData', 'report_data')
  putBytes('measurement', 'measurement')
  putBytes('hostData', 'host_data')
  putBytes('idKeyDigest', 'id_key_digest')
  putBytes('authorKeyDigest', 'author_key_digest')
  putBytes('reportId', 'report_id')
  putBytes('reportIdMa', 'report_id_ma')
  put('currentTcb', tcbAt(json['current_tcb'], product, 'current_tcb'))
  put('reportedTcb', tcbAt(json['reported_tcb'], product, 'reported_tcb'))
  put('committedTcb', tcbAt(json['committed_tcb'], product, 'committed_tcb'))
  put('launchTcb', tcbAt(json['launch_tcb'], product, 'launch_tcb'))
  if (version >= 3) put('cpuid', Uint8Array.from(cpuidOf(json)))
  putBytes('chipId', 'chip_id')
  put('currentBuild', firmwareAt(json, 'current'))
  put('committedBuild', firmwareAt(json, 'committed'))
  if (version >= 5) {
    put('launchMitigations', u64le(wideAt(json['launch_mit_vector'] ?? 0, 'launch_mit_vector')))
    put('currentMitigations', u64le(wideAt(json['current_mit_vector'] ?? 0, 'current_mit_vector')))
  }
  const signature = objectAt(json['signature'], 'signature')
  put('signatureR', bytesAt(signature['r'], SIGNATURE_HALF_BYTES, 'signature.r'))
  put('signatureS', bytesAt(signature['s'], SIGNATURE_HALF_BYTES, 'signature.s'))
  return out
}

function cpuidOf(json: Json): [number, number, number] {
  return [
    numberAt(json['cpuid_fam_id'], 0xff, 'cpuid_fam_id'),
    numberAt(json['cpuid_mod_id'], 0xff, 'cpuid_mod_id'),
    numberAt(json['cpuid_step'], 0xff, 'cpuid_step'),
  ]
}

function productOf(json: Json, version: number): SnpProduct {
  if (version < 3) return productOfChipId(bytesAt(json['chip_id'], 64, 'chip_id'))
  const [family, model] = cpuidOf(json)
  return productOfCpuid(family, model)
}

function tcbAt(value: unknown, product: SnpProduct, path: string): Uint8Array {
  const json = objectAt(value, path)
  const part = (name: string) => numberAt(json[name], 0xff, `${path}.${name}`)
  const fmc = json['fmc'] === null || json['fmc'] === undefined ? {} : { fmc: part('fmc') }
  return encodeTcb(
    { ...fmc, bootloader: part('bootloader'), tee: part('tee'), snp: part('snp'), microcode: part('microcode') },
    product,
  )
}

/** `{current: {major, minor, build}}` in one spelling, `current_major` … in the other. */
function firmwareAt(json: Json, name: 'current' | 'committed'): Uint8Array {
  const nested = json[name]
  const part = (which: string) =>
    nested === undefined
      ? numberAt(json[`${name}_${which}`], 0xff, `${name}_${which}`)
      : numberAt(objectAt(nested, name)[which], 0xff, `${name}.${which}`)
  return Uint8Array.of(part('build'), part('minor'), part('major'), 0)
}

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path, 'an object')
  return value as Json
}

function numberAt(value: unknown, most: number, path: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw misshapen(path, `0 to ${most}`)
  return value
}

function wideAt(value: unknown, path: string): bigint {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value
  return BigInt(numberAt(value, Number.MAX_SAFE_INTEGER, path))
}

function bytesAt(value: unknown, size: number, path: string): Uint8Array {
  if (!Array.isArray(value) || value.length !== size) throw misshapen(path, `${size} bytes as numbers`)
  for (const byte of value) numberAt(byte, 0xff, path)
  return Uint8Array.from(value as number[])
}

function misshapen(path: string, expected: string): SnpError {
  return new SnpError('SNP_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}.`, {
    details: { path, expected },
  })
}
