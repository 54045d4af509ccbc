/** Judging TPM quotes. */
import { appraiseTpm, claimsOfTpm, parseTpmEvidence, type VerifiedTpm, verifyTpmEvidence } from '@veritee/evidence/tpm'
import type { JudgeOptions } from './options.ts'
import { initDataRegister, isExtendedWith, isNonceFor } from './pcr.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Evidence JSON in both shapes; a quote alone names no key and no values, so it cannot be judged. */
export const TPM_VERIFIER: TeeVerifier = {
  read: (content) => {
    const { tee, evidence } = content as { readonly tee: string; readonly evidence: object }
    return readEvidence(evidence, tee)
  },
  readJson: (evidence, _options, tee) => readEvidence(evidence, tee),
}

function readEvidence(json: object, tee: string): ReadableEvidence {
  const evidence = parseTpmEvidence(json)
  return {
    tee,
    verify: async (options) => {
      const { eventLog = evidence.eventLog } = options
      const own = { ...evidence, ...(eventLog === undefined ? {} : { eventLog }) }
      return describeGenuine(tee, await verifyTpmEvidence(own, { now: options.now, ...options.trust?.tpm }))
    },
  }
}

function describeGenuine(tee: string, verified: VerifiedTpm): GenuineEvidence {
  const { banks } = verified.evidence
  const { report_data, init_data, ...claims } = claimsOfTpm(verified)
  const nonces = banks.map(({ quote }) => quote.extraData)
  const register = initDataRegister(banks)
  return {
    advisories: [],
    checks: verified.checks,
    claims: { [tee]: claims, report_data, ...(init_data === undefined ? {} : { init_data }) },
    reportData: nonces[0]!,
    isAnswerTo: (asked) => nonces.every((nonce) => isNonceFor(nonce, asked)),
    ...(register === undefined
      ? {}
      : { initData: register, provesInitData: (digest: Uint8Array) => isExtendedWith(register, digest) }),
    isLogReplayed: verified.bootLogs.length > 0,
    simulated: verified.simulated,
    ...(verified.expiresAt === undefined ? {} : { expiresAt: verified.expiresAt }),
    appraise: ({ acceptance }: JudgeOptions) => appraiseTpm(banks, acceptance?.tpm),
  }
}
