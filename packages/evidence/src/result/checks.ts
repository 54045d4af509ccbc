/** The trail of named checks that a verification leaves, passed on in its result and in its refusal. */
import { isCodedError } from '@veritee/codec/error'
import { EvidenceError, type EvidenceErrorCode } from '../errors.ts'
import type { Check } from './index.ts'

/** Records checks in the order they are made; a failing one ends the verification with the trail in its details. */
export class Checks {
  readonly #made: Check[]

  constructor(before: readonly Check[] = []) {
    this.#made = [...before]
  }

  /** Every check so far. */
  get made(): readonly Check[] {
    return this.#made
  }

  /** Runs a check that throws when it fails. */
  check<T>(id: string, work: () => T): T {
    try {
      const value = work()
      this.#made.push({ id, result: 'pass' })
      return value
    } catch (error) {
      throw this.refuse(id, error)
    }
  }

  /** Runs a check that may have to wait, such as a signature in a browser. */
  async wait<T>(id: string, work: () => T | Promise<T>): Promise<T> {
    try {
      const value = await work()
      this.#made.push({ id, result: 'pass' })
      return value
    } catch (error) {
      throw this.refuse(id, error)
    }
  }

  /** Says that a check was not made, and why. */
  skip(id: string, code: EvidenceErrorCode, message: string): void {
    this.#made.push({ id, result: 'skip', code, message })
  }

  /** Takes over checks that were made before and are still good. */
  take(checks: readonly Check[]): void {
    for (const check of checks) this.#made.push(check)
  }

  /** The error that ends the verification, with every check made; other errors than this package's pass as they are. */
  refuse(id: string, error: unknown): unknown {
    if (!(error instanceof EvidenceError) || !isCodedError(error)) return error
    const { code, message, details, status, next } = error
    const failed: Check = {
      id,
      result: 'fail',
      code,
      message,
      next,
      ...(details.expected === undefined ? {} : { expected: details.expected }),
      ...(details.actual === undefined ? {} : { actual: details.actual }),
    }
    const options = {
      details: { ...details, path: details.path ?? id, check: id, checks: [...this.#made, failed] },
      cause: error.cause,
    }
    return new EvidenceError(code, message, options, { [code]: { status, summary: message, next } })
  }
}
