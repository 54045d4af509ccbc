/** The claims of a report in the names and types of the Trustee attestation service (numbers and booleans as such). */
import { encodeHex } from '@veritee/codec/bytes'
import type { Claims } from '../result/index.ts'
import type { SnpReport, SnpTcb } from './types.ts'

/** Claims under the key `snp`, from a parsed report alone. */
export function claimsOfSnpReport(report: SnpReport): Claims {
  const { policy, platform } = report
  return {
    version: report.version,
    product: report.product,
    measurement: encodeHex(report.measurement),
    report_data: encodeHex(report.reportData),
    init_data: encodeHex(report.hostData),
    chip_id: encodeHex(report.chipId),
    vmpl: report.vmpl,
    guest_svn: report.guestSvn,
    family_id: encodeHex(report.familyId),
    image_id: encodeHex(report.imageId),
    id_key_digest: encodeHex(report.idKeyDigest),
    author_key_digest: encodeHex(report.authorKeyDigest),
    report_id: encodeHex(report.reportId),
    policy_abi_major: policy.abiMajor,
    policy_abi_minor: policy.abiMinor,
    policy_smt_allowed: policy.smtAllowed,
    policy_migrate_ma: policy.migrateMaAllowed,
    policy_debug_allowed: policy.debugAllowed,
    policy_single_socket: policy.singleSocketRequired,
    policy_cxl_allowed: policy.cxlAllowed,
    policy_mem_aes_256_xts: policy.memAes256XtsRequired,
    policy_rapl_dis: policy.raplDisabled,
    policy_ciphertext_hiding: policy.ciphertextHidingRequired,
    policy_page_swap_disabled: policy.pageSwapDisabled,
    platform_smt_enabled: platform.smtEnabled,
    platform_tsme_enabled: platform.tsmeEnabled,
    platform_ecc_enabled: platform.eccEnabled,
    platform_rapl_disabled: platform.raplDisabled,
    platform_ciphertext_hiding_enabled: platform.ciphertextHidingEnabled,
    platform_alias_check_complete: platform.aliasCheckComplete,
    platform_tio_enabled: platform.tioEnabled,
    ...tcbClaims('reported_tcb', report.reportedTcb),
    ...tcbClaims('current_tcb', report.currentTcb),
    ...tcbClaims('committed_tcb', report.committedTcb),
    ...tcbClaims('launch_tcb', report.launchTcb),
    signing_key: report.signingKey,
  }
}

function tcbClaims(prefix: string, tcb: SnpTcb): Claims {
  return {
    ...(tcb.fmc === undefined ? {} : { [`${prefix}_fmc`]: tcb.fmc }),
    [`${prefix}_bootloader`]: tcb.bootloader,
    [`${prefix}_tee`]: tcb.tee,
    [`${prefix}_snp`]: tcb.snp,
    [`${prefix}_microcode`]: tcb.microcode,
  }
}
