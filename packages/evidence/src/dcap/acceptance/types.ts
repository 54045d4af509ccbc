/** What an operator accepts beyond the default, each by its name. */
import type { TcbStatus } from '../tcb/types.ts'

/**
 * Acceptance rules for a verified quote. Every member left out keeps its strict default: up to date on both sides, no
 * debug, SEPT_VE_DISABLE set, not migratable, no reserved attribute bit, nothing expired.
 */
export interface DcapAcceptance {
  /** Statuses to accept, for the quote and for the module that runs now. Default `['UpToDate']`. */
  readonly tcbStatuses?: readonly TcbStatus[]
  /** Statuses to accept for the module that runs now, where they should differ. Default: those of `tcbStatuses`. */
  readonly currentTcbStatuses?: readonly TcbStatus[]
  /** Accept a debug TD or debug enclave: its memory can be read from outside. Default false. */
  readonly allowDebug?: boolean
  /** Accept a TD without SEPT_VE_DISABLE. Default false. */
  readonly allowSeptVe?: boolean
  /** Accept a TD that can be migrated to another platform. Default false. */
  readonly allowMigratable?: boolean
  /** Accept a TD with these further attribute bits. Default none. */
  readonly allowTdAttributes?: bigint
  /** Refuse a TD that is bound to service TDs. Default false. */
  readonly refuseServiceTd?: boolean
  /** Accept what rests on expired collateral (verification must have allowed it too). Default false. */
  readonly allowExpired?: boolean
  /** Refuse platforms that one of these advisories concerns. Default none. */
  readonly refuseAdvisories?: readonly string[]
  /** Smallest TCB evaluation data number to accept. Default any. */
  readonly minTcbEvaluationDataNumber?: number
  /** Provisioning ids (PPID, hexadecimal of any case) of the platforms to accept. Default any. */
  readonly platforms?: readonly string[]
}
