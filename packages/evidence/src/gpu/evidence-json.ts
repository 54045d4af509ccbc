/** Evidence JSON: `{device_evidence_list: [{arch, uuid?, evidence, certificate}]}`. */
import { decodeBase64, decodeHex, decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { GpuError } from './codes.ts'
import { parseGpuReport } from './report.ts'
import type { GpuDevice } from './types.ts'

const MOST_DEVICES = 32

/** @throws EvidenceError GPU_EVIDENCE_JSON, GPU_REPORT_* */
export function parseGpuEvidence(json: unknown): GpuDevice[] {
  const list = (json as { device_evidence_list?: unknown } | null)?.device_evidence_list
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_DEVICES)
    throw misshapen('device_evidence_list', `1 to ${MOST_DEVICES} devices`)
  return list.map((entry: Record<string, unknown> | null, index) => {
    const path = `device_evidence_list[${index}]`
    const { arch, uuid, evidence, certificate } = entry ?? {}
    if (typeof arch !== 'string') throw misshapen(`${path}.arch`, 'text')
    if (uuid !== undefined && uuid !== null && typeof uuid !== 'string') throw misshapen(`${path}.uuid`, 'text')
    if (typeof evidence !== 'string') throw misshapen(`${path}.evidence`, 'hex or base64 text')
    if (typeof certificate !== 'string') throw misshapen(`${path}.certificate`, 'a PEM chain in base64')
    return {
      architecture: arch,
      ...(typeof uuid === 'string' ? { uuid } : {}),
      report: parseGpuReport(attempt(() => decodeText(evidence), `${path}.evidence`)),
      chain: certificate.includes('-----BEGIN')
        ? certificate
        : attempt(() => decodeUtf8(decodeBase64(certificate)), `${path}.certificate`),
    }
  })
}

/** Hexadecimal where it can be, base64 otherwise. */
function decodeText(text: string): Uint8Array {
  return /^[0-9a-fA-F]+$/.test(text) && text.length % 2 === 0 ? decodeHex(text) : decodeBase64(text)
}

function attempt<T>(work: () => T, path: string): T {
  try {
    return work()
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new GpuError('GPU_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}: ${cause.message}`, {
      details: { path },
      cause,
    })
  }
}

function misshapen(path: string, expected: string): GpuError {
  return new GpuError('GPU_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}.`, {
    details: { path, expected },
  })
}
