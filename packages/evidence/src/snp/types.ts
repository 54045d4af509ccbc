/** What an SEV-SNP attestation report says (AMD SEV-SNP Firmware ABI, ATTESTATION_REPORT). Nothing here is verified. */

/** Processor generation: it decides the layout of the TCB version and which root signs. */
export type SnpProduct = 'Milan' | 'Genoa' | 'Turin'

/** Which key signed a report: the chip's own, or one loaded by the cloud provider. */
export type SnpSigningKey = 'vcek' | 'vlek' | 'none'

/** Security patch levels of one TCB version. `fmc` exists from Turin on. */
export interface SnpTcb {
  readonly fmc?: number
  readonly bootloader: number
  readonly tee: number
  readonly snp: number
  readonly microcode: number
}

/** Guest policy, a 64-bit field, by name. */
export interface SnpPolicy {
  readonly abiMinor: number
  readonly abiMajor: number
  readonly smtAllowed: boolean
  readonly migrateMaAllowed: boolean
  readonly debugAllowed: boolean
  readonly singleSocketRequired: boolean
  readonly cxlAllowed: boolean
  readonly memAes256XtsRequired: boolean
  readonly raplDisabled: boolean
  readonly ciphertextHidingRequired: boolean
  readonly pageSwapDisabled: boolean
}

/** Platform information, a 64-bit field, by name. */
export interface SnpPlatform {
  readonly smtEnabled: boolean
  readonly tsmeEnabled: boolean
  readonly eccEnabled: boolean
  readonly raplDisabled: boolean
  readonly ciphertextHidingEnabled: boolean
  readonly aliasCheckComplete: boolean
  readonly tioEnabled: boolean
}

/** Firmware version. */
export interface SnpFirmware {
  readonly major: number
  readonly minor: number
  readonly build: number
}

/** A parsed report; byte fields are views into `bytes`. */
export interface SnpReport {
  /** The 1184 bytes as received or rebuilt. */
  readonly bytes: Uint8Array
  /** The signed part, bytes 0 to 0x29f. */
  readonly signedBytes: Uint8Array
  readonly version: 2 | 3 | 4 | 5
  /** From CPUID fields (version 3 on); for version 2 told from the chip id, which a certificate then confirms. */
  readonly product: SnpProduct
  readonly guestSvn: number
  readonly policyBits: bigint
  readonly policy: SnpPolicy
  /** 16 bytes. */
  readonly familyId: Uint8Array
  /** 16 bytes. */
  readonly imageId: Uint8Array
  /** 0 to 3, or 0xffffffff for a report that the host asked for. */
  readonly vmpl: number
  readonly platformBits: bigint
  readonly platform: SnpPlatform
  readonly authorKeyEnabled: boolean
  readonly maskChipKey: boolean
  readonly signingKey: SnpSigningKey
  /** 64 bytes. */
  readonly reportData: Uint8Array
  /** 48 bytes: the launch digest. */
  readonly measurement: Uint8Array
  /** 32 bytes. */
  readonly hostData: Uint8Array
  /** 48 bytes. */
  readonly idKeyDigest: Uint8Array
  /** 48 bytes. */
  readonly authorKeyDigest: Uint8Array
  /** 32 bytes. */
  readonly reportId: Uint8Array
  /** 32 bytes. */
  readonly reportIdMa: Uint8Array
  readonly currentTcb: SnpTcb
  readonly reportedTcb: SnpTcb
  readonly committedTcb: SnpTcb
  readonly launchTcb: SnpTcb
  /** Combined family, model and stepping; absent in version 2. */
  readonly cpuid?: { readonly family: number; readonly model: number; readonly stepping: number }
  /** 64 bytes; zero where the host masks it; 8 bytes and zeros on Turin. */
  readonly chipId: Uint8Array
  readonly current: SnpFirmware
  readonly committed: SnpFirmware
  /** Version 5. */
  readonly launchMitigations?: bigint
  /** Version 5. */
  readonly currentMitigations?: bigint
  /** 96 bytes, r then s, big-endian. */
  readonly signature: Uint8Array
}
