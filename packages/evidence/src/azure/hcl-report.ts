/**
 * The report of the host compatibility layer (HCL), which Azure puts into vTPM NV index 0x01400001: a hardware report and
 * the runtime data whose hash that report covers.
 */
import { ByteCursor, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { parseJson } from '@veritee/codec/json'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { EvidenceError } from '../errors.ts'
import { AzureError, type AzureErrorCode } from './codes.ts'

const MAGIC = 'HCLA'
const REPORT_AT = 0x20
const REPORT_BYTES = { snp: 1184, tdx: 1024 } as const
const REQUEST_AT = 0x4c0
const DATA_AT = 0x4d4
const MOST_BYTES = 16_384
/** Hash type of the request data; 1 is SHA-256 and the only one in use. */
const HASH_SHA256 = 1
const REPORT_TYPES: Readonly<Record<number, 'snp' | 'tdx'>> = { 2: 'snp', 4: 'tdx' }

/** A report as read. Nothing in it is verified until its hardware report is and covers the runtime data. */
export interface HclReport {
  readonly kind: 'snp' | 'tdx'
  /** SNP report (1184 bytes) or TDREPORT (1024 bytes). */
  readonly hardwareReport: Uint8Array
  /** SHA-256 of the runtime data: the first half of the hardware report's report data. */
  readonly runtimeDigest: Uint8Array
  /** The key that signs TPM quotes of this machine. */
  readonly attestationKey: PublicKey
  /** 64 bytes that the guest chose when it asked for the report; absent in old reports. */
  readonly userData?: string
}

/** @throws EvidenceError AZURE_HCL_MALFORMED, AZURE_HCL_KEY_MISSING */
export function parseHclReport(bytes: Uint8Array): HclReport {
  if (bytes.length < DATA_AT || bytes.length > MOST_BYTES)
    throw refuse('AZURE_HCL_MALFORMED', 'hcl_report', `${DATA_AT} to ${MOST_BYTES} bytes`, bytes.length)
  const magic = String.fromCharCode(...bytes.subarray(0, 4))
  if (magic !== MAGIC) throw refuse('AZURE_HCL_MALFORMED', 'hcl_report.signature', MAGIC, magic)
  const request = new ByteCursor(bytes, REQUEST_AT, DATA_AT)
  request.skip(8)
  const [type, hash, size] = [request.u32le(), request.u32le(), request.u32le()]
  const kind = REPORT_TYPES[type]
  if (kind === undefined) throw refuse('AZURE_HCL_MALFORMED', 'hcl_report.report_type', '2 SNP or 4 TDX', type)
  if (hash !== HASH_SHA256) throw refuse('AZURE_HCL_MALFORMED', 'hcl_report.hash_type', HASH_SHA256, hash)
  if (size > bytes.length - DATA_AT)
    throw refuse('AZURE_HCL_MALFORMED', 'hcl_report.variable_data_size', `at most ${bytes.length - DATA_AT}`, size)
  const runtime = bytes.subarray(DATA_AT, DATA_AT + size)
  return {
    kind,
    hardwareReport: bytes.subarray(REPORT_AT, REPORT_AT + REPORT_BYTES[kind]),
    runtimeDigest: digest('sha256', runtime),
    ...parseRuntime(runtime),
  }
}

/**
 * The report data of the hardware report must be the digest of the runtime data and zeros.
 *
 * @throws EvidenceError AZURE_HCL_UNBOUND
 */
export function checkRuntimeBinding({ runtimeDigest }: HclReport, reportData: Uint8Array): void {
  const [own, rest] = [reportData.subarray(0, 32), reportData.subarray(32)]
  if (!equalBytes(own, runtimeDigest) || rest.some((byte) => byte !== 0))
    throw refuse('AZURE_HCL_UNBOUND', 'report_data')
}

function parseRuntime(bytes: Uint8Array): Pick<HclReport, 'attestationKey' | 'userData'> {
  try {
    const json = parseJson(bytes) as { keys?: unknown; 'user-data'?: unknown }
    const keys = Array.isArray(json?.keys) ? (json.keys as { kid?: unknown; kty?: unknown }[]) : []
    const key = keys.find((entry) => entry?.kid === 'HCLAkPub')
    if (key === undefined) throw refuse('AZURE_HCL_KEY_MISSING', 'hcl_report.keys', 'HCLAkPub', 'absent')
    const userData = json['user-data']
    return {
      attestationKey: importPublicKey({ kind: 'jwk', jwk: key }),
      ...(typeof userData === 'string' ? { userData: userData.toLowerCase() } : {}),
    }
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    throw new AzureError('AZURE_HCL_MALFORMED', `The runtime data is malformed: ${cause.message}`, {
      details: { path: 'hcl_report.runtime_data' },
      cause,
    })
  }
}

function refuse(code: AzureErrorCode, path: string, expected?: unknown, actual?: unknown): AzureError {
  return new AzureError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
