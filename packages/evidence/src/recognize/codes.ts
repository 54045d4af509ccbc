/** Error rows of recognising what bytes are. */

export const RECOGNIZE_ERRORS = {
  EVIDENCE_BYTES_EMPTY: {
    status: 400,
    summary: 'There is nothing to read: the input is empty.',
    next: 'Give a file or text with evidence.',
  },
  EVIDENCE_ENCODING_INVALID: {
    status: 400,
    summary: 'A text inside the evidence is not in the encoding that its format calls for.',
    next: 'Encode binary members as standard base64 or lowercase hex, as the format says.',
  },
  EVIDENCE_JSON_INVALID: {
    status: 400,
    summary: 'The evidence JSON is malformed or misses a member.',
    next: 'Send the evidence JSON exactly as the attester produced it.',
  },
  EVIDENCE_KIND_UNKNOWN: {
    status: 400,
    summary: 'The bytes are no kind of evidence or document that is known here.',
    next: 'Check that the file is whole and is the right one. Quotes, reports and enclave documents are known raw, as hex and as base64, evidence of every kind as JSON, and certificates, event logs, tokens and signed enclaves.',
  },
  EVIDENCE_SIZE_EXCESSIVE: {
    status: 413,
    summary: 'The input is larger than any evidence or document that is known here.',
    next: 'Send one piece of evidence and nothing else.',
  },
} as const
