/** Every way in which simulating can fail. */
import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

const ROWS = {
  SIMULATOR_PCCS_UNREADY: {
    status: 500,
    summary: 'The simulated PCCS could not open its socket.',
    next: 'Choose another port, or port 0 for any that is free.',
  },
  SIMULATOR_VALUE_INVALID: {
    status: 400,
    summary: 'A value for simulated evidence does not fit its field.',
    next: 'Give the bytes, or their hexadecimal digits, in the size that the details name.',
  },
  SIMULATOR_WORLD_EXISTS: {
    status: 409,
    summary: 'The directory already holds a simulated world.',
    next: 'Load it, or choose another directory; a world is never overwritten, because its root may be trusted somewhere.',
  },
  SIMULATOR_WORLD_EXPOSED: {
    status: 403,
    summary: 'The file with the keys of the simulated world can be read by other users.',
    next: 'Set its mode to 0600, or make a new world if others may have read it.',
  },
  SIMULATOR_WORLD_INVALID: {
    status: 400,
    summary: 'The directory does not hold a readable simulated world.',
    next: 'Make one with saveWorld, and keep world.json as it was written.',
  },
} as const

export type SimulatorErrorCode = keyof typeof ROWS

/** Every code that {@link SimulatorError} can carry. */
export const SIMULATOR_ERRORS: ErrorTable<SimulatorErrorCode> = ROWS

/** Thrown by everything in this package. The code says what was wrong; see {@link SIMULATOR_ERRORS}. */
export class SimulatorError extends CodedError<SimulatorErrorCode> {
  constructor(code: SimulatorErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(SIMULATOR_ERRORS, code, message, options)
  }
}
