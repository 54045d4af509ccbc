/** What is accepted of a genuine quote by default, and what only by name. */
import type { Finding } from '../result/index.ts'
import type { QuotedBank } from './types.ts'

/** Relaxations and demands of an operator; everything absent is the strict default. */
export interface TpmAcceptance {
  /** Accept PCR values of the SHA-1 bank where no stronger bank is quoted. Default false. */
  readonly allowSha1?: boolean
  /** Refuse a clock that the TPM itself does not call safe; by default that is a warning. */
  readonly requireSafeClock?: boolean
  /** Firmware versions to accept, as the quote states them. Default any. */
  readonly firmwareVersions?: readonly bigint[]
  /** Least number of resets that the TPM has counted: an older quote is a rollback. */
  readonly minimumResetCount?: number
}

/** Judges quotes against an acceptance. An empty list means that nothing is held against them. */
export function appraiseTpm(banks: readonly QuotedBank[], acceptance: TpmAcceptance = {}): Finding[] {
  return [...appraiseBanks(banks, acceptance), ...banks.flatMap((bank) => appraiseQuote(bank, acceptance))]
}

function appraiseBanks(banks: readonly QuotedBank[], { allowSha1 }: TpmAcceptance): Finding[] {
  if (banks.some(({ hash }) => hash !== 'sha1') || allowSha1) return []
  return [
    {
      code: 'TPM_BANK_WEAK',
      severity: 'error',
      path: 'tpm.pcrs',
      expected: 'SHA-256 or better',
      actual: banks.map(({ hash }) => hash),
      message: 'Only PCR values of the SHA-1 bank are quoted, and others can be made that come out the same.',
      next: 'Quote the SHA-256 bank, or accept SHA-1 by name.',
    },
  ]
}

function appraiseQuote({ hash, quote }: QuotedBank, acceptance: TpmAcceptance): Finding[] {
  const { clock, firmwareVersion } = quote
  const { firmwareVersions, minimumResetCount } = acceptance
  const findings: Finding[] = []
  if (!clock.safe) {
    findings.push({
      code: 'TPM_CLOCK_UNSAFE',
      severity: acceptance.requireSafeClock ? 'error' : 'warning',
      path: `tpm.${hash}.clock.safe`,
      expected: true,
      actual: false,
      message: 'The TPM says that its clock may have gone back.',
      next: 'Shut the machine down in order, or wait until the TPM calls its clock safe again.',
    })
  }
  if (firmwareVersions !== undefined && !firmwareVersions.includes(firmwareVersion)) {
    findings.push({
      code: 'TPM_FIRMWARE_NOT_ACCEPTED',
      severity: 'error',
      path: `tpm.${hash}.firmwareVersion`,
      expected: firmwareVersions.map(String),
      actual: firmwareVersion.toString(),
      message: 'The firmware of the TPM is none of those that are accepted.',
      next: 'Update the firmware of the TPM, or accept this one by name.',
    })
  }
  if (minimumResetCount !== undefined && clock.resetCount < minimumResetCount) {
    findings.push({
      code: 'TPM_RESET_COUNT_LOW',
      severity: 'error',
      path: `tpm.${hash}.clock.resetCount`,
      expected: `at least ${minimumResetCount}`,
      actual: clock.resetCount,
      message: 'The TPM has counted fewer resets than before, so the quote is older or of another TPM.',
      next: 'Ask for a new quote.',
    })
  }
  return findings
}
