/** The TDX module that made a report: 1.0, 1.5 or 2.0. */
export type TdModuleGeneration = '1.0' | '1.5' | '2.0'

/** A TDREPORT: what the TDX module says about a TD to the machine it runs on. Byte members are views. */
export interface TdReport {
  /** The 1024 bytes as received. */
  readonly bytes: Uint8Array
  readonly reportType: { readonly type: number; readonly subtype: number; readonly version: number }
  /** Absent where version and SVNs name no module that is known here. */
  readonly generation?: TdModuleGeneration
  /** 16 bytes. */
  readonly cpuSvn: Uint8Array
  /** SHA-384 over TEE_TCB_INFO, 48 bytes, as stated. */
  readonly teeTcbInfoHash: Uint8Array
  /** SHA-384 over TDINFO, 48 bytes, as stated. */
  readonly tdInfoHash: Uint8Array
  /** 64 bytes. */
  readonly reportData: Uint8Array
  /** 32 bytes; only the processor that made it can check it. */
  readonly mac: Uint8Array
  /** Bit i says that the 8 bytes at offset 8·i of TEE_TCB_INFO are populated. */
  readonly validFields: bigint
  /** 16 bytes. */
  readonly teeTcbSvn: Uint8Array
  /** 48 bytes. */
  readonly mrSeam: Uint8Array
  /** 48 bytes. */
  readonly mrSignerSeam: Uint8Array
  readonly seamAttributes: bigint
  /** 16 bytes; present where the report says that it is populated. */
  readonly teeTcbSvn2?: Uint8Array
  readonly tdAttributes: bigint
  readonly xfam: bigint
  /** 48 bytes. */
  readonly mrTd: Uint8Array
  /** 48 bytes. */
  readonly mrConfigId: Uint8Array
  /** 48 bytes. */
  readonly mrOwner: Uint8Array
  /** 48 bytes. */
  readonly mrOwnerConfig: Uint8Array
  /** RTMR 0 to 3, 48 bytes each. */
  readonly rtmr: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  /** 48 bytes; present from report version 1 on. */
  readonly mrServiceTd?: Uint8Array
  /** 32 bytes; present in report version 3. */
  readonly tdId?: Uint8Array
  /** Present in report version 3. */
  readonly vmId?: number
}
