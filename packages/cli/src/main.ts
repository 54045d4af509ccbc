import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { CliError } from './errors.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { createProcessIo, type Io } from './io.ts'
import { createProgram } from './program.ts'
import { renderFailure } from './render/failure.ts'

/** What a command may take after Ctrl-C to undo what it began, such as an entry of the kernel's report interface. */
const GRACE_MS = 1000

/**
 * Runs one command line.
 *
 * @param args the words after `veritee`
 * @returns the exit code: 0 accepted, 1 judged and refused, 2 wrong usage or malformed input, 130 interrupted. After 130
 *   work may be left over that the end of the process ends.
 */
export async function main(args: readonly string[], io: Io = createProcessIo()): Promise<ExitCode> {
  let code: ExitCode = EXIT.accepted
  let attends = false
  const face = {
    io,
    exit: (exit: ExitCode) => {
      code = exit
    },
    attendSignal: () => {
      attends = true
    },
  }
  const isInterrupted = () => io.signal.aborted && !attends
  try {
    const program = await createProgram(face, args[0])
    const work = program.parseAsync([...args], { from: 'user' })
    await Promise.race([work, waitForInterrupt(io.signal, () => attends)])
    return isInterrupted() ? EXIT.interrupted : code
  } catch (error) {
    if (isInterrupted()) return EXIT.interrupted
    const json = args.includes('--json')
    if (!(error instanceof CommanderError)) return renderFailure(io, error, json)
    if (error.exitCode === 0) return EXIT.accepted
    if (json) renderFailure(io, new CliError('CLI_ARGUMENT_INVALID', error.message.replace(/^error: /, '')), json)
    return EXIT.malformed
  }
}

/** Settles some time after Ctrl-C, unless the command attends to the signal itself. */
async function waitForInterrupt(signal: AbortSignal, attends: () => boolean): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
  if (attends()) await new Promise<never>(() => undefined)
  await sleep(GRACE_MS)
}
