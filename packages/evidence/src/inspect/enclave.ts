import { claimsOfEnclave, type EnclaveDocument } from '../enclave/index.ts'
import type { Description } from './types.ts'
import { describeCertificate, formatTime } from './x509.ts'

/** Describes an enclave document and the certificates inside it, leaf first. */
export function describeDocumentOfEnclave(document: EnclaveDocument): Description {
  const { message, timestampMs, certificate, authorities } = document
  return {
    algorithm: message.algorithm,
    madeAt: formatTime(Math.floor(timestampMs / 1000)),
    claims: claimsOfEnclave(document),
    certificates: [certificate, ...authorities.toReversed()].map(describeCertificate),
  }
}
