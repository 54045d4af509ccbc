import { CommanderError } from 'commander'
import { EXIT, type ExitCode } from './exit.ts'
import { createProcessIo, type Io } from './io.ts'
import { createProgram } from './program.ts'
import { renderFailure } from './render/failure.ts'

/**
 * Runs one command line.
 *
 * @param args the words after `veritee`
 * @returns the exit code: 0 accepted, 1 judged and refused, 2 wrong usage or malformed input, 130 interrupted
 */
export async function main(args: readonly string[], io: Io = createProcessIo()): Promise<number> {
  let code: ExitCode = EXIT.accepted
  const program = createProgram(io, (exit) => {
    code = exit
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.accepted : EXIT.malformed
    if (io.signal.aborted) return EXIT.interrupted
    return renderFailure(io, error, args.includes('--json'))
  }
}
