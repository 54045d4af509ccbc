/** Shapes of Intel's collateral: the bundle as received, and its documents once read. */
import type { EnclaveLevel, PlatformLevel } from '../tcb/types.ts'

/**
 * A collateral bundle as received: texts only, so that signatures are checked over the exact bytes. Made by
 * `parseDcapCollateral`; nothing in it is verified yet.
 */
export interface DcapCollateral {
  /** PEM chain of the PCK CRL issuer. Kept for callers that pass the bundle on; verification uses the PCK chain itself. */
  readonly pckCrlIssuerChain?: string
  /** CRL of the Intel SGX Root CA: PEM, or hexadecimal DER. */
  readonly rootCaCrl: string
  /** CRL of the PCK Processor or Platform CA: PEM, or hexadecimal DER. */
  readonly pckCrl: string
  /** PEM: TCB signing certificate and root. */
  readonly tcbInfoIssuerChain: string
  /** Exact text of the `tcbInfo` member's value. */
  readonly tcbInfo: string
  /** Raw ECDSA signature r‖s in hexadecimal, 128 digits. */
  readonly tcbInfoSignature: string
  /** PEM: TCB signing certificate and root. */
  readonly qeIdentityIssuerChain: string
  /** Exact text of the `enclaveIdentity` member's value; absent only where a bundle leaves it out. */
  readonly qeIdentity?: string
  readonly qeIdentitySignature?: string
  /** PCK chain (PEM) for quotes that do not carry one. */
  readonly pckCertificateChain?: string
}

/** Identity of a TDX module: who signed it and which SEAM attributes it may have. */
export interface TdxModule {
  /** 48 bytes. */
  readonly mrSigner: Uint8Array
  /** 8 bytes. */
  readonly attributes: Uint8Array
  /** 8 bytes. Published by Intel; the attributes themselves must be zero, so it is shown and not applied. */
  readonly attributesMask: Uint8Array
}

/** Identity and levels of one TDX module generation, such as `TDX_01`. */
export interface TdxModuleIdentity extends TdxModule {
  /** As published. */
  readonly id: string
  /** Newest first. */
  readonly levels: readonly EnclaveLevel[]
}

/** What both signed documents say about themselves. */
export interface DocumentDates {
  /** `issueDate`, epoch seconds. */
  readonly issuedAt: number
  /** `nextUpdate`, epoch seconds. */
  readonly nextUpdateAt: number
  readonly tcbEvaluationDataNumber: number
}

/** TCB info, version 3 (SGX, TDX) or 2 (SGX only). */
export interface TcbInfo extends DocumentDates {
  readonly version: 2 | 3
  readonly id: 'SGX' | 'TDX'
  /** 6 bytes. */
  readonly fmspc: Uint8Array
  /** 2 bytes. */
  readonly pceId: Uint8Array
  /** Platform levels in matching order: best first. */
  readonly levels: readonly PlatformLevel[]
  readonly tdxModule?: TdxModule
  readonly tdxModuleIdentities: readonly TdxModuleIdentity[]
}

/** Which enclave an identity document describes. */
export type EnclaveIdentityId = 'QE' | 'TD_QE' | 'QVE'

/** Identity of a quoting (or verification) enclave, version 2. */
export interface QeIdentity extends DocumentDates {
  readonly id: EnclaveIdentityId
  readonly version: 2
  /** 4 bytes, least significant first. */
  readonly miscSelect: Uint8Array
  readonly miscSelectMask: Uint8Array
  /** 16 bytes: flags, then XFRM. */
  readonly attributes: Uint8Array
  readonly attributesMask: Uint8Array
  /** 32 bytes. */
  readonly mrSigner: Uint8Array
  readonly isvProdId: number
  /** Newest first. */
  readonly levels: readonly EnclaveLevel[]
}
