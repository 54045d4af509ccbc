import { readFileSync } from 'node:fs'
import { Command, Help, type Option } from 'commander'
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

type AddCommand = (program: Command, face: Face) => void

/** Every command, in the order of the help. Most of the time that one takes is reading modules, so each has its own. */
const COMMANDS: readonly { readonly names: readonly string[]; load(): Promise<AddCommand> }[] = [
  { names: ['verify'], load: async () => (await import('./commands/verify.ts')).addVerify },
  { names: ['inspect'], load: async () => (await import('./commands/inspect.ts')).addInspect },
  { names: ['collect'], load: async () => (await import('./commands/collect.ts')).addCollect },
  { names: ['policy'], load: async () => (await import('./commands/policy/index.ts')).addPolicy },
  { names: ['secret'], load: async () => (await import('./commands/secret.ts')).addSecret },
  { names: ['refs'], load: async () => (await import('./commands/refs/index.ts')).addRefs },
  { names: ['serve'], load: async () => (await import('./commands/serve.ts')).addServe },
  { names: ['attestations'], load: async () => (await import('./commands/attestations.ts')).addAttestations },
  { names: ['access'], load: async () => (await import('./commands/admin/access.ts')).addAccess },
  { names: ['audit'], load: async () => (await import('./commands/audit.ts')).addAudit },
  { names: ['keys'], load: async () => (await import('./commands/keys.ts')).addKeys },
  { names: ['backup', 'restore'], load: async () => (await import('./commands/backup.ts')).addBackup },
  { names: ['simulate'], load: async () => (await import('./commands/simulate.ts')).addSimulate },
  { names: ['tdx'], load: async () => (await import('./commands/tdx/index.ts')).addTdx },
  { names: ['compat'], load: async () => (await import('./commands/compat.ts')).addCompat },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).addDoctor },
]

/**
 * The command tree; of it only the named command, where there is one of that name. It never ends the process itself.
 *
 * @param name the first word of the command line
 */
export async function createProgram(face: Face, name?: string): Promise<Command> {
  const { io } = face
  const program = new Command('veritee')
    .description('A machine proves what it is; only then does it get its keys.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(see --help)')
    .helpCommand(true)
    .addHelpText(
      'after',
      '\nExit codes: 0 accepted, 1 judged and refused, 2 wrong usage or malformed input, 130 interrupted.',
    )
  const named = COMMANDS.filter(({ names }) => name !== undefined && names.includes(name))
  for (const { load } of named.length > 0 ? named : COMMANDS) {
    const add = await load()
    add(program, face)
  }
  return program
}

/** As usual, without the default of an option that may be given several times and was not. */
function describeOption(option: Option): string {
  const isEmpty = Array.isArray(option.defaultValue) && option.defaultValue.length === 0
  const shown = isEmpty ? Object.create(option, { defaultValue: { value: undefined } }) : option
  return new Help().optionDescription(shown)
}
