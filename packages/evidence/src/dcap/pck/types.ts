/** What Intel's extension of a PCK certificate says about the platform. */

/** The SGX extension (1.2.840.113741.1.13.1) of a PCK certificate. */
export interface PckExtension {
  /** Provisioning id of the processor or package, 16 bytes. */
  readonly ppid: Uint8Array
  /** Component SVNs 01 to 16: what TCB levels are matched with. */
  readonly sgxSvns: Uint8Array
  readonly pceSvn: number
  /** CPUSVN as an opaque value, 16 bytes. */
  readonly cpuSvn: Uint8Array
  /** 2 bytes. */
  readonly pceId: Uint8Array
  /** 6 bytes: family, model, stepping, platform and custom SKU. */
  readonly fmspc: Uint8Array
  readonly sgxType: SgxType
  /** 16 bytes; present for platforms of the Platform CA. */
  readonly platformInstanceId?: Uint8Array
  /** Present for platforms of the Platform CA. */
  readonly configuration?: PckConfiguration
}

/** Memory protection of the platform, by Intel's numbering 0, 1, 2; any other number is shown as it is. */
export type SgxType = 'Standard' | 'Scalable' | 'ScalableWithIntegrity' | number

/** Boolean platform properties; a member is absent where the certificate leaves it out. */
export interface PckConfiguration {
  readonly dynamicPlatform?: boolean
  readonly cachedKeys?: boolean
  readonly smtEnabled?: boolean
}

/** Which Intel CA issued the PCK certificate. */
export type PckCa = 'processor' | 'platform'
