import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { parseDcapEvidence } from '../dcap/evidence/index.ts'
import { readU32 } from '../dcap/quote/fields.ts'
import { HEADER, TEE_TYPE_TDX } from '../dcap/quote/layout.ts'
import { EvidenceError } from '../errors.ts'
import type { EvidenceJsonTee, RecognizedContent } from './types.ts'

type Members = Readonly<Record<string, unknown>>

/** Recognises a JSON document by its members. Throws `EVIDENCE_JSON_INVALID` for a text that only looks like JSON. */
export function recognizeJson(text: string): RecognizedContent | undefined {
  const value = readJson(text)
  if (!isObject(value)) return undefined
  if ('tcb_info' in value && 'pck_crl' in value) return { kind: 'dcap-collateral', text }
  if (isObject(value['tcbInfo']) && 'signature' in value) return { kind: 'dcap-document', name: 'tcbInfo', text }
  if (isObject(value['enclaveIdentity']) && 'signature' in value) {
    return { kind: 'dcap-document', name: 'enclaveIdentity', text }
  }
  if (Array.isArray(value['keys'])) return { kind: 'jwks', keys: value['keys'] as readonly unknown[] }
  if (typeof value['kty'] === 'string') return { kind: 'jwks', keys: [value] }
  if ('primary_evidence' in value) return { kind: 'composite-evidence', evidence: value }
  const tee = findTee(value)
  return tee === undefined ? undefined : { kind: 'evidence-json', tee, evidence: value }
}

/** The TEE whose evidence has these members (specification page trustee, section 8). */
function findTee(value: Members): EvidenceJsonTee | undefined {
  if ('td_quote' in value && 'hcl_report' in value) return 'az-tdx-vtpm'
  if (('hcl_report' in value && 'vcek' in value) || (isObject(value['quote']) && 'report' in value))
    return 'az-snp-vtpm'
  if (typeof value['quote'] === 'string') return findQuoteTee(value)
  const report = value['attestation_report']
  if (typeof report === 'string') return 'snp'
  if (isObject(report)) return 'serial_number' in value || 'magic' in report ? 'csv' : 'snp'
  if (isObject(value['ak_pubkey'])) return 'hygontpm'
  if ('ak_public' in value || 'ak_pubkey' in value) return 'tpm'
  if (typeof value['document'] === 'string') return 'enclave'
  if ('attestation_reports' in value) return 'hygondcu'
  if ('device_evidence_list' in value) return 'nvidia'
  if ('system_report' in value) return 'system'
  return 'svn' in value && 'report_data' in value ? 'sample' : undefined
}

/** SGX and TDX evidence has the same members; the header of the quote tells them apart. */
function findQuoteTee(value: Members): EvidenceJsonTee {
  const { quote } = parseDcapEvidence(value)
  return quote.length >= HEADER.qeSvn && readU32(quote, HEADER.teeType) === TEE_TYPE_TDX ? 'tdx' : 'sgx'
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_JSON_INVALID', `The JSON is malformed: ${cause.message}`, {
      details: { ...cause.details, path: 'input' },
      cause,
    })
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
