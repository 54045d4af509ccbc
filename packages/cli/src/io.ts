import type { Readable } from 'node:stream'
import { EXIT } from './exit.ts'

/** The world a command runs in; tests pass their own. */
export interface Io {
  readonly stdin: Readable
  /** Results go here and nothing else does. */
  out(text: string | Uint8Array): void
  /** Progress, warnings and refusals of the command line. */
  err(text: string): void
  /** Whether standard output is a terminal: colour and prose layout follow it. */
  readonly colour: boolean
  /** Whether standard error is a terminal: progress is drawn only there. */
  readonly progress: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Seconds since the epoch. */
  now(): number
  /** Fires on the first Ctrl-C or termination. */
  readonly signal: AbortSignal
}

/** The Io of a real process. */
export function createProcessIo(): Io {
  const stopping = new AbortController()
  // A reader that has seen enough, such as `head`, closes the pipe. The command goes on without it: how it ends is for its
  // judgement to say, never for the pipe.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exit(EXIT.malformed)
    })
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stopping.abort(name))
  }
  return {
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
    progress: process.stderr.isTTY === true,
    env: process.env,
    now: () => Math.floor(Date.now() / 1000),
    signal: stopping.signal,
  }
}
