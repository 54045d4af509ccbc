import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addAttestations } from './commands/attestations.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup } from './commands/backup.ts'
import { addCollect } from './commands/collect.ts'
import { addCompat } from './commands/compat.ts'
import { addDoctor } from './commands/doctor.ts'
import { addInspect } from './commands/inspect.ts'
import { addKeys } from './commands/keys.ts'
import { addPolicy } from './commands/policy.ts'
import { addRefs } from './commands/refs/index.ts'
import { addSecret } from './commands/secret.ts'
import { addServe } from './commands/serve.ts'
import { addSimulate } from './commands/simulate.ts'
import { addTdx } from './commands/tdx/index.ts'
import { addVerify } from './commands/verify.ts'
import type { ExitCode } from './exit.ts'
import type { Io } from './io.ts'

/** What every command is built with. */
export interface Face {
  readonly io: Io
  /** Says how the command ended; without it the command ends accepted. */
  readonly exit: (code: ExitCode) => void
  /** Says that the command runs until it is stopped: Ctrl-C is its regular end, and it takes the time that it needs. */
  readonly attendSignal: () => void
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** The whole command tree. It never ends the process itself. */
export function createProgram(face: Face): Command {
  const { io } = face
  const program = new Command('veritee')
    .description('A machine proves what it is; only then does it get its keys.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('(see --help)')
    .helpCommand(true)
    .addHelpText(
      'after',
      '\nExit codes: 0 accepted, 1 judged and refused, 2 wrong usage or malformed input, 130 interrupted.',
    )
  addVerify(program, face)
  addInspect(program, face)
  addCollect(program, face)
  addPolicy(program, face)
  addSecret(program, face)
  addRefs(program, face)
  addServe(program, face)
  addAttestations(program, face)
  addAudit(program, face)
  addKeys(program, face)
  addBackup(program, face)
  addSimulate(program, face)
  addTdx(program, face)
  addCompat(program, face)
  addDoctor(program, face)
  return program
}
