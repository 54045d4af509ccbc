import { decodeBase64, encodeBase64 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { EvidenceError } from '../../errors.ts'

/** What an SGX or TDX attester sends to an attestation service. Nothing in it is parsed or verified yet. */
export interface DcapEvidence {
  readonly quote: Uint8Array
  /** The confidential-computing event log, where the attester sends one. */
  readonly ccEventLog?: Uint8Array
  /** Evidence of graphics processors beside the TD, as JSON. */
  readonly gpuEvidence?: unknown
}

/** The most characters of the base64 of one member. */
const MAX_MEMBER_LENGTH = 12 << 20

/**
 * Reads the evidence JSON of the Trustee attestation services for `sgx` and `tdx` (specification page trustee, section
 * 8): `{"quote": base64, "cc_eventlog": base64 | null, "gpu_evidence": …}`, as text or as the value it parses to.
 *
 * @throws EvidenceError `EVIDENCE_JSON_INVALID` or `EVIDENCE_ENCODING_INVALID`.
 */
export function parseDcapEvidence(input: string | Uint8Array | object): DcapEvidence {
  const value = typeof input === 'string' || input instanceof Uint8Array ? readJson(input) : input
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen('', 'an object', value)
  const members = value as Readonly<Record<string, unknown>>
  const quote = readBase64(members, 'quote')
  if (quote === undefined || quote.length === 0) throw misshapen('quote', 'base64 of a quote', members['quote'])
  const ccEventLog = readBase64(members, 'cc_eventlog')
  const gpuEvidence = readMember(members, 'gpu_evidence')
  return {
    quote,
    ...(ccEventLog === undefined ? {} : { ccEventLog }),
    ...(gpuEvidence === undefined ? {} : { gpuEvidence }),
  }
}

/** Writes evidence the way {@link parseDcapEvidence} reads it, `cc_eventlog` being null where there is none. */
export function encodeDcapEvidence(evidence: DcapEvidence): Readonly<Record<string, unknown>> {
  return {
    quote: encodeBase64(evidence.quote),
    cc_eventlog: evidence.ccEventLog === undefined ? null : encodeBase64(evidence.ccEventLog),
    ...(evidence.gpuEvidence === undefined ? {} : { gpu_evidence: evidence.gpuEvidence }),
  }
}

function readJson(input: string | Uint8Array): unknown {
  try {
    return parseJson(input)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_JSON_INVALID', `The JSON is malformed: ${cause.message}`, {
      details: { ...cause.details, path: 'evidence' },
      cause,
    })
  }
}

/** A member that is there and not null. */
function readMember(members: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = Object.hasOwn(members, name) ? members[name] : undefined
  return value === null ? undefined : value
}

function readBase64(members: Readonly<Record<string, unknown>>, name: string): Uint8Array | undefined {
  const value = readMember(members, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw misshapen(name, 'base64', value)
  if (value.length > MAX_MEMBER_LENGTH) {
    throw new EvidenceError('EVIDENCE_SIZE_EXCESSIVE', undefined, {
      details: { path: `evidence.${name}`, expected: MAX_MEMBER_LENGTH, actual: value.length },
    })
  }
  try {
    return decodeBase64(value)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_ENCODING_INVALID', undefined, {
      details: { path: `evidence.${name}`, expected: 'standard base64 with padding' },
      cause,
    })
  }
}

function misshapen(name: string, expected: string, actual: unknown): EvidenceError {
  return new EvidenceError('EVIDENCE_JSON_INVALID', undefined, {
    details: { path: name === '' ? 'evidence' : `evidence.${name}`, expected, actual: typeof actual },
  })
}
