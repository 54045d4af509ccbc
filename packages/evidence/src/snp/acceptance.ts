/** What is accepted of a genuine report by default, and what only by name. */
import type { Finding } from '../result/index.ts'
import type { SnpTcb } from './types.ts'
import type { VerifiedSnp } from './verify/types.ts'

/** Relaxations and demands of an operator; everything absent is the strict default. */
export interface SnpAcceptance {
  /** Guests whose memory the host may debug. Default false. */
  readonly allowDebug?: boolean
  /** Guests that a migration agent may move. Default false. */
  readonly allowMigrationAgent?: boolean
  /** Privilege levels a report may come from. Default only 0. */
  readonly allowVmpl?: readonly number[]
  /** Firmware that is running but not committed. Default false. */
  readonly allowProvisionalFirmware?: boolean
  /** Refuse where no revocation list was at hand; by default that is a warning. */
  readonly requireRevocation?: boolean
  /** Refuse where the memory alias check has not completed (platform information bit 5). */
  readonly requireAliasCheck?: boolean
  /** Bits that both mitigation vectors must have set: at launch and now. Reports before version 5 have none. */
  readonly requireMitigations?: bigint
  /** Least patch levels, part by part. */
  readonly minimumTcb?: Partial<SnpTcb>
}

const TCB_PARTS = ['fmc', 'bootloader', 'tee', 'snp', 'microcode'] as const

/** Judges a verified report against an acceptance. An empty list means that nothing is held against it. */
export function appraiseSnp(verified: VerifiedSnp, acceptance: SnpAcceptance = {}): Finding[] {
  const { report } = verified
  const findings: Finding[] = []
  const refuse = (code: string, path: string, expected: unknown, actual: unknown, message: string, next: string) =>
    findings.push({ code, severity: 'error', path: `snp.${path}`, expected, actual, message, next })

  if (report.policy.debugAllowed && !acceptance.allowDebug) {
    refuse(
      'SNP_DEBUG_ALLOWED',
      'policy_debug_allowed',
      false,
      true,
      'The guest policy lets the host debug the guest, so nothing in it is secret.',
      'Launch the guest without the debug bit, or accept debug guests by name.',
    )
  }
  if (report.policy.migrateMaAllowed && !acceptance.allowMigrationAgent) {
    refuse(
      'SNP_MIGRATION_ALLOWED',
      'policy_migrate_ma',
      false,
      true,
      'The guest policy lets a migration agent move the guest.',
      'Launch the guest without a migration agent, or accept migration by name.',
    )
  }
  const levels = acceptance.allowVmpl ?? [0]
  if (!levels.includes(report.vmpl)) {
    refuse(
      'SNP_VMPL_NOT_ACCEPTED',
      'vmpl',
      levels,
      report.vmpl,
      `The report comes from privilege level ${report.vmpl}.`,
      `Ask for a report at level ${levels.join(' or ')}, or accept level ${report.vmpl} by name.`,
    )
  }
  if (tcbBelow(report.committedTcb, report.reportedTcb)) {
    refuse(
      'SNP_TCB_NOT_COMMITTED',
      'reported_tcb',
      report.committedTcb,
      report.reportedTcb,
      'The reported TCB is above the committed one, so the host can roll it back.',
      'Commit the firmware on the host.',
    )
  }
  if (!acceptance.allowProvisionalFirmware && firmwareOf(report.current) !== firmwareOf(report.committed)) {
    refuse(
      'SNP_FIRMWARE_PROVISIONAL',
      'current',
      firmwareOf(report.committed),
      firmwareOf(report.current),
      'The running firmware is not the committed one.',
      'Commit the firmware on the host, or accept provisional firmware by name.',
    )
  }
  const minimum = acceptance.minimumTcb ?? {}
  for (const part of TCB_PARTS) {
    const [need, have] = [minimum[part], report.reportedTcb[part] ?? 0]
    if (need !== undefined && have < need) {
      refuse(
        'SNP_TCB_BELOW_MINIMUM',
        `reported_tcb_${part}`,
        `at least ${need}`,
        have,
        `The ${part} patch level is ${have}, and ${need} is asked for.`,
        'Update the firmware of the host.',
      )
    }
  }
  if (acceptance.requireAliasCheck && !report.platform.aliasCheckComplete) {
    refuse(
      'SNP_ALIAS_CHECK_INCOMPLETE',
      'platform_alias_check_complete',
      true,
      false,
      'The platform has not completed its check for aliased memory.',
      'Update the firmware of the host and reboot it.',
    )
  }
  const { requireMitigations = 0n } = acceptance
  const mitigations = (report.launchMitigations ?? 0n) & (report.currentMitigations ?? 0n)
  if ((mitigations & requireMitigations) !== requireMitigations) {
    refuse(
      'SNP_MITIGATION_MISSING',
      'mitigations',
      hex(requireMitigations),
      hex(mitigations),
      'The platform lacks a mitigation that is asked for, at launch or now.',
      'Update the firmware of the host and launch the guest again.',
    )
  }
  if (!verified.revocationChecked) {
    findings.push({
      code: 'SNP_REVOCATION_UNCHECKED',
      severity: acceptance.requireRevocation ? 'error' : 'warning',
      path: 'snp.crl',
      message: 'No revocation list of the AMD root was at hand, so revocation was not checked.',
      next: 'Give the list of the AMD key distribution service with --collateral.',
    })
  }
  return findings
}

const hex = (bits: bigint): string => `0x${bits.toString(16)}`

function tcbBelow(have: SnpTcb, need: SnpTcb): boolean {
  return TCB_PARTS.some((part) => (have[part] ?? 0) < (need[part] ?? 0))
}

function firmwareOf({ major, minor, build }: { major: number; minor: number; build: number }): string {
  return `${major}.${minor}.${build}`
}
