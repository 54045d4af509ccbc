/** Evidence JSON of devices alone, and of devices inside the evidence of a TDX machine. */
import { decodeBase64, decodeHex, decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { GpuError } from './codes.ts'
import { parseGpuReport } from './report.ts'
import type { GpuDevice } from './types.ts'

const MOST_DEVICES = 32

/**
 * Reads `{device_evidence_list: [{arch, uuid?, evidence, certificate}]}`.
 *
 * @throws EvidenceError GPU_EVIDENCE_JSON, GPU_REPORT_*
 */
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

/**
 * Reads what a TDX machine sends as `gpu_evidence`: `{evidence_list: [{uuid, attestation_report?, certificate?, …}]}`, both
 * base64. What the list says beside is left out: the report states it under a signature.
 *
 * @returns a device for each entry, undefined for one that came without a report or without its chain
 * @throws EvidenceError GPU_EVIDENCE_JSON, GPU_REPORT_*
 */
export function parseEnclosedGpuEvidence(json: unknown): (GpuDevice | undefined)[] {
  const list = (json as { evidence_list?: unknown } | null)?.evidence_list
  if (!Array.isArray(list) || list.length > MOST_DEVICES)
    throw misshapen('evidence_list', `at most ${MOST_DEVICES} devices`)
  return list.map((entry: Record<string, unknown> | null, index) => {
    const path = `evidence_list[${index}]`
    const { uuid, attestation_report: report, certificate } = entry ?? {}
    if (typeof uuid !== 'string') throw misshapen(`${path}.uuid`, 'text')
    if (isAbsent(report) || isAbsent(certificate)) return undefined
    const decoded = (value: unknown, name: string) => {
      if (typeof value !== 'string') throw misshapen(`${path}.${name}`, 'base64 text')
      return attempt(() => decodeBase64(value), `${path}.${name}`)
    }
    return {
      architecture: 'unknown',
      uuid,
      report: parseGpuReport(decoded(report, 'attestation_report')),
      chain: attempt(() => decodeUtf8(decoded(certificate, 'certificate')), `${path}.certificate`),
    }
  })
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

/** Hexadecimal where it can be, base64 otherwise. */
function decodeText(text: string): Uint8Array {
  return /^[0-9a-fA-F]+$/.test(text) && text.length % 2 === 0 ? decodeHex(text) : decodeBase64(text)
}

function attempt<T>(work: () => T, path: string): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof GpuError || !isCodedError(cause)) throw cause
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
