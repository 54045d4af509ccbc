/** Judging Azure confidential VMs: hardware report, vTPM, and what ties them. */
import { decodeHex, equalBytes } from '@veritee/codec/bytes'
import {
  type AzureEvidence,
  claimsOfAzure,
  parseAzureEvidence,
  type VerifiedAzureSnp,
  type VerifiedAzureTdx,
  verifyAzureSnp,
  verifyAzureTdx,
} from '@veritee/evidence/azure'
import { appraiseSnp, claimsOfSnpReport } from '@veritee/evidence/snp'
import { appraiseTpm } from '@veritee/evidence/tpm'
import { describeDcap, trustDcap } from './dcap.ts'
import type { JudgeOptions } from './options.ts'
import { initDataRegister, isExtendedWith } from './pcr.ts'
import { createSnpAcceptance, giveSnpCollateral } from './snp.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Evidence JSON of versions 0, 1 and 2. */
export const AZURE_VERIFIER: TeeVerifier = {
  read: (content) => readEvidence((content as { readonly evidence: object }).evidence),
  readJson: readEvidence,
}

function readEvidence(json: object): ReadableEvidence {
  const evidence = parseAzureEvidence(json)
  const withLog = ({ eventLog }: JudgeOptions) => (eventLog === undefined ? evidence : { ...evidence, eventLog })
  if (evidence.hcl.kind === 'snp') {
    return { tee: 'az-snp-vtpm', verify: async (options) => describeSnp(await verifySnp(withLog(options), options)) }
  }
  return {
    tee: 'az-tdx-vtpm',
    verify: async (options) => describeTdx(await verifyTdx(withLog(options), options)),
  }
}

function verifySnp(evidence: AzureEvidence, options: JudgeOptions): Promise<VerifiedAzureSnp> {
  const { roots } = options.trust?.snp ?? {}
  const collateral = giveSnpCollateral(options)
  return verifyAzureSnp(evidence, { collateral, now: options.now, ...(roots === undefined ? {} : { roots }) })
}

function verifyTdx(evidence: AzureEvidence, options: JudgeOptions): Promise<VerifiedAzureTdx> {
  return trustDcap(evidence.tdQuote, options, (trust) => verifyAzureTdx(evidence, trust))
}

function describeSnp(verified: VerifiedAzureSnp): GenuineEvidence {
  const { report_data: _, init_data: __, ...claims } = claimsOfSnpReport(verified.snp.report)
  return {
    ...describeCommon('az-snp-vtpm', verified, claims),
    advisories: [],
    root: verified.snp.root,
    appraise: (options) => [
      ...appraiseSnp(verified.snp, createSnpAcceptance(options)),
      ...appraiseTpm([verified.evidence.bank], options.acceptance?.tpm),
    ],
  }
}

function describeTdx(verified: VerifiedAzureTdx): GenuineEvidence {
  const hardware = describeDcap(verified.tdx)
  const { status, tcb, advisories, root } = hardware
  return {
    ...describeCommon('az-tdx-vtpm', verified, hardware.claims['tdx'] as object),
    ...(status === undefined ? {} : { status }),
    ...(tcb === undefined ? {} : { tcb }),
    advisories,
    ...(root === undefined ? {} : { root }),
    appraise: (options) => [
      ...hardware.appraise(options),
      ...appraiseTpm([verified.evidence.bank], options.acceptance?.tpm),
    ],
  }
}

/** The nonce is compared as it is. Version 2 also has the hardware report cover the question, in the user data. */
function describeCommon(
  tee: string,
  { evidence, checks, bootLogs, expiresAt, simulated }: VerifiedAzureSnp | VerifiedAzureTdx,
  hardware: object,
): Omit<GenuineEvidence, 'appraise' | 'advisories'> {
  const { version, hcl, bank } = evidence
  const { report_data, init_data, ...claims } = claimsOfAzure(evidence, bootLogs)
  const register = initDataRegister([bank])
  const nonce = bank.quote.extraData
  return {
    checks,
    claims: { [tee]: { ...hardware, ...claims }, report_data, ...(init_data === undefined ? {} : { init_data }) },
    reportData: nonce,
    isAnswerTo: (asked) =>
      asked.length > 0 && equalBytes(nonce, asked) && (version < 2 || startsWith(hcl.userData, asked)),
    ...(register === undefined
      ? {}
      : { initData: register, provesInitData: (digest: Uint8Array) => isExtendedWith(register, digest) }),
    isLogReplayed: bootLogs.length > 0,
    simulated,
    expiresAt,
  }
}

function startsWith(userData: string | undefined, asked: Uint8Array): boolean {
  if (userData === undefined || !/^(?:[0-9a-f]{2})+$/.test(userData)) return false
  const bytes = decodeHex(userData)
  return equalBytes(bytes.subarray(0, asked.length), asked) && bytes.subarray(asked.length).every((byte) => byte === 0)
}
