/** Judging sample evidence: never accepted unless the caller names it, and said in each verdict. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import {
  type AcceptedSample,
  acceptSample,
  appraiseSample,
  claimsOfSample,
  parseSampleEvidence,
} from '@veritee/evidence/sample'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Evidence JSON in both shapes; of a device it looks the same. */
export const SAMPLE_VERIFIER: TeeVerifier = {
  read: (content) => readEvidence((content as { readonly evidence: object }).evidence, 'sample'),
  readJson: (evidence, _options, tee) => readEvidence(evidence, tee),
}

function readEvidence(json: object, tee: string): ReadableEvidence {
  const evidence = parseSampleEvidence(json)
  return {
    tee,
    verify: async ({ eventLog = evidence.eventLog, trust }) => {
      const own = { ...evidence, ...(eventLog === undefined ? {} : { eventLog }) }
      return describeGenuine(tee, acceptSample(own, trust?.sample === true))
    },
  }
}

/** It rests on nobody's root, so it counts as simulated. */
function describeGenuine(tee: string, accepted: AcceptedSample): GenuineEvidence {
  const { reportData, initData } = accepted.evidence
  return {
    advisories: [],
    checks: accepted.checks,
    claims: {
      [tee]: claimsOfSample(accepted),
      report_data: encodeHex(reportData),
      ...(initData === undefined ? {} : { init_data: encodeHex(initData) }),
    },
    reportData,
    ...(initData === undefined ? {} : { initData }),
    isAnswerTo: (asked) => asked.length > 0 && equalBytes(reportData, asked),
    isLogReplayed: accepted.bootLog !== undefined,
    simulated: true,
    appraise: appraiseSample,
  }
}
