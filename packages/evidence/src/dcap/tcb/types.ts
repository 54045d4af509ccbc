/** The vocabulary of TCB levels: what Intel publishes about a platform, a TDX module and a quoting enclave. */

/** Status that a platform level, a module level or a quoting enclave level may carry in Intel's documents. */
export type LevelStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'Revoked'

/** Status of a whole evaluation: a level status, or the advice to relaunch a TD whose module was updated under it. */
export type TcbStatus = LevelStatus | 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded'

/** One component of a platform level, as Intel names it. */
export interface TcbComponent {
  /** Security version number, 0 to 255. */
  readonly svn: number
  /** Who delivers the component, such as `BIOS` or `OS/VMM`. */
  readonly category?: string
  /** What the component is, such as `SEAMLDR ACM`. */
  readonly type?: string
}

/** What every kind of level has. */
export interface LevelStanding {
  readonly status: LevelStatus
  /** `tcbDate`, epoch seconds. */
  readonly tcbDateAt: number
  /** Sorted as published. */
  readonly advisoryIds: readonly string[]
}

/** One platform level of TCB info. */
export interface PlatformLevel extends LevelStanding {
  /** Sixteen security version numbers, component 01 first. */
  readonly sgxSvns: Uint8Array
  readonly pceSvn: number
  /** Sixteen TDX security version numbers; present exactly in TDX documents. */
  readonly tdxSvns?: Uint8Array
  readonly sgxComponents: readonly TcbComponent[]
  readonly tdxComponents?: readonly TcbComponent[]
}

/** One level of a TDX module identity or of a quoting enclave identity. */
export interface EnclaveLevel extends LevelStanding {
  readonly isvSvn: number
}

/** What the platform brings to an evaluation. */
export interface PlatformSvns {
  /** The sixteen SGX component SVNs of the PCK certificate, component 01 first. */
  readonly sgxSvns: Uint8Array
  /** PCESVN of the PCK certificate. */
  readonly pceSvn: number
}

/** One evaluation: the platform, the module and the quoting enclave apart, and what they come to together. */
export interface TcbSide extends LevelStanding {
  /** The evaluation's own status; on the launch side {@link TcbEvaluation.status} may add relaunch advice to it. */
  readonly status: LevelStatus
  /** Advisories of the three parts, sorted and unique. */
  readonly advisoryIds: readonly string[]
  readonly platform: LevelStanding & { readonly level: PlatformLevel }
  /** Present for a TDX module of major version 1 or above. */
  readonly module?: LevelStanding & { readonly id: string; readonly level: EnclaveLevel }
  /** Absent only where the caller's rules allow leaving the quoting enclave identity out. */
  readonly qe?: LevelStanding & { readonly level: EnclaveLevel }
}

/** The two evaluations of a quote and the status Intel derives from them (specification page, sections 4.8 and 9). */
export interface TcbEvaluation {
  /** Status of the quote: the launch status, or relaunch advice. */
  readonly status: TcbStatus
  /** Judged by the SVNs the TD was launched with; for SGX the only evaluation. */
  readonly launch: TcbSide
  /** Judged by the SVNs of the module that runs now (`tee_tcb_svn2`); equal to `launch` where the quote has none. */
  readonly current: TcbSide
}

/** Whose update mends a shortfall. */
export type TcbRemedy = 'microcode-or-bios' | 'tdx-module' | 'pce' | 'qe' | 'reprovision-pck'

/** One component that is too old for the level the platform should reach. */
export interface TcbShortfall {
  /** Which evaluation falls short. */
  readonly side: 'launch' | 'current'
  /** `sgx.component.08`, `sgx.pcesvn`, `tdx.component.02`, `tdx.module.TDX_01`, `qe`. */
  readonly component: string
  readonly category?: string
  readonly type?: string
  readonly have: number
  readonly need: number
  readonly remedy: TcbRemedy
  /** One plain sentence: who updates what. */
  readonly next: string
}
