import { parseCompositeEvidence } from '@veritee/evidence/composite'
import { type Recognized, recognizeEvidence } from '@veritee/evidence/recognize'

/**
 * The evidence of the machine: of composite evidence that is the first part, whose collateral is the machine's.
 *
 * @throws EvidenceError for what cannot be read
 */
export function recognizeMachine(input: Uint8Array): Recognized {
  const found = recognizeEvidence(input)
  if (found.kind !== 'composite-evidence') return found
  return recognizeEvidence(JSON.stringify(parseCompositeEvidence(found.evidence).primary))
}
