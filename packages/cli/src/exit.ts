/** Exit codes of every command. */
export const EXIT = {
  /** Nothing asked came out no. */
  accepted: 0,
  /** Judged and refused. */
  refused: 1,
  /** Wrong usage or malformed input. */
  malformed: 2,
  /** Stopped by the person. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
