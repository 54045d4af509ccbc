import { encodeBase64 } from '@veritee/codec/bytes'
import { encodeDcapEvidence } from '@veritee/evidence/dcap'

/** TDX evidence JSON as attestation agents send it: the quote, and the event log if there is one, in base64. */
export function encodeTdxEvidence(quote: Uint8Array, eventLog?: Uint8Array): string {
  return JSON.stringify(encodeDcapEvidence({ quote, ...(eventLog === undefined ? {} : { ccEventLog: eventLog }) }))
}

/** SGX evidence JSON as attestation agents send it: the quote alone. */
export function encodeSgxEvidence(quote: Uint8Array): string {
  return JSON.stringify({ quote: encodeBase64(quote) })
}
