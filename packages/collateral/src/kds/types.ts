/** What clients of key distribution services have in common. */
import type { CollateralErrorCode } from '../errors.ts'
import type { RetryPolicy } from '../http/retry.ts'
import type { TransportLimits } from '../http/transport.ts'

/** What a client is made with. */
export interface KdsClientOptions {
  /** The clock, epoch seconds. */
  readonly now: () => number
  /** Address of the service. Default: the vendor's own. */
  readonly baseUrl?: string
  /** PEM of authorities to trust for the service beside the system's. */
  readonly ca?: string
  /** Accept plain http beyond loopback. Default false. */
  readonly allowPlainHttp?: boolean
  /** Ask nobody: stores and cache alone. Default false. */
  readonly offline?: boolean
  /** Directories with certificates that were put there before, looked into first; never written to. */
  readonly stores?: readonly string[]
  /** Where what was fetched is kept beyond this process, in the layout of a store. Default: in memory alone. */
  readonly cacheDirectory?: string
  /** Most files kept in memory. Default 1024. */
  readonly maxFiles?: number
  readonly retry?: RetryPolicy
  readonly limits?: TransportLimits
  /** Told what did not stop the work: damaged or unwritable files. Must not throw. */
  readonly onNotice?: (notice: KdsNotice) => void
  /** 0 up to 1, for the pauses between retries. Default Math.random. */
  readonly random?: () => number
}

/** Something that did not stop the work but that an operator should see. */
export interface KdsNotice {
  readonly code: CollateralErrorCode
  readonly message: string
  /** The file or address. */
  readonly path: string
  readonly cause?: unknown
}
