/** Judging documents of enclave virtual machines. */
import { equalBytes } from '@veritee/codec/bytes'
import {
  appraiseEnclave,
  claimsOfEnclave,
  type EnclaveDocument,
  parseEnclaveDocument,
  parseEnclaveEvidence,
  type VerifiedEnclave,
  verifyEnclaveDocument,
} from '@veritee/evidence/enclave'
import { isDebugAllowed } from './debug.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Documents alone, and `{"document": base64}`. */
export const ENCLAVE_VERIFIER: TeeVerifier = {
  read: (content) => {
    if (content.kind === 'evidence-json') return readDocument(parseEnclaveEvidence(content.evidence))
    return readDocument(parseEnclaveDocument((content as { readonly bytes: Uint8Array }).bytes))
  },
  readJson: (evidence) => readDocument(parseEnclaveEvidence(evidence)),
}

function readDocument(document: EnclaveDocument): ReadableEvidence {
  return {
    tee: 'enclave',
    verify: async ({ now, trust, clockSkewSeconds }) =>
      describeGenuine(
        await verifyEnclaveDocument(document, {
          now,
          ...trust?.enclave,
          ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
        }),
      ),
  }
}

/** The question is in the nonce; a document without one answers with its user data. */
function describeGenuine(verified: VerifiedEnclave): GenuineEvidence {
  const { document, checks, expiresAt, simulated, root } = verified
  const claims = claimsOfEnclave(document)
  const answer = document.nonce ?? document.userData ?? new Uint8Array()
  return {
    advisories: [],
    checks,
    claims: { enclave: claims, report_data: claims['nonce'] ?? claims['user_data'] ?? '' },
    reportData: answer,
    isAnswerTo: (asked) => asked.length > 0 && equalBytes(answer, asked),
    isLogReplayed: false,
    simulated,
    root,
    expiresAt,
    appraise: (options) => appraiseEnclave(verified, { allowDebug: isDebugAllowed(options) }),
  }
}
