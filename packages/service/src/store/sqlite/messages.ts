/** What the process and the thread of a store say to each other. */
import { ServiceError, type ServiceErrorCode } from '../../errors.ts'
import type { StoreAccess } from '../store.ts'

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string
  readonly busyTimeoutMs: number
}

export type AccessMethod = keyof StoreAccess
export type StoreMethod = AccessMethod | 'deleteExpired' | 'deleteUntil' | 'probe' | 'close'

/** A call with what it is given. Its bytes are copied on the way: what the caller does with them afterwards changes nothing. */
export interface MethodCall<Method extends string> {
  readonly method: Method
  readonly given: readonly unknown[]
}

/** What is asked. A transaction is opened, used and ended under its number, which is the id of its opening. */
export type Request =
  | ({ readonly kind: 'store' } & MethodCall<StoreMethod>)
  | { readonly kind: 'open' }
  | ({ readonly kind: 'use'; readonly transaction: number } & MethodCall<AccessMethod>)
  | { readonly kind: 'end'; readonly transaction: number; readonly keep: boolean }

export type Call = Request & { readonly id: number }

/** Answered by the thread; id 0 is that it is ready. */
export type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly failure: Failure })

/** An error in a form that passes between threads. */
export interface Failure {
  readonly message: string
  /** Of an error of this package. */
  readonly code?: ServiceErrorCode
  readonly details?: ServiceError['details']
  readonly cause?: { readonly message: string; readonly code?: string }
}

export function encodeFailure(error: unknown): Failure {
  if (!(error instanceof ServiceError)) return { message: String((error as Error)?.stack ?? error) }
  const { code, message, details, cause } = error
  return { code, message, details, ...(cause === undefined ? {} : { cause: describeCause(cause) }) }
}

function describeCause(cause: unknown): NonNullable<Failure['cause']> {
  const { message = String(cause), code } = cause as { message?: string; code?: string }
  return { message, ...(code === undefined ? {} : { code }) }
}

export function decodeFailure({ message, code, details = {}, cause }: Failure): Error {
  if (code === undefined) return new Error(message)
  const reason = cause && Object.assign(new Error(cause.message), cause.code === undefined ? {} : { code: cause.code })
  return new ServiceError(code, message, { details, ...(reason === undefined ? {} : { cause: reason }) })
}
