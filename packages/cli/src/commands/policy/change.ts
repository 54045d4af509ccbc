import { decodeUtf8 } from '@veritee/codec/bytes'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { createAdminClient } from '../../input/admin.ts'
import { readInput } from '../../input/file.ts'
import type { Face } from '../../program.ts'
import { type AdminCommand, administered, plain } from '../admin/options.ts'
import { collect } from '../options.ts'
import { type PolicyView, parseVersion, pathOf, post, type VersionView } from './api.ts'

export const POLICY_BYTES: number = 4 * 1024 * 1024

interface ChangeOptions extends AdminCommand {
  readonly reason: string
}

interface SetOptions extends ChangeOptions {
  readonly resource?: boolean
  readonly scope: readonly string[]
  readonly shape?: string
  readonly v0?: boolean
  readonly draft?: boolean
  readonly ifVersion?: string
}

/** `veritee policy set`, `activate`, `rollback` and `delete`. */
export function addChanges(policy: Command, face: Face): void {
  addSet(policy, face)
  addActivate(policy, face)
  addRollback(policy, face)
  addDelete(policy, face)
}

const reasoned = (command: Command): Command =>
  administered(command).requiredOption('--reason <text>', 'why, kept with the version')

function addSet(policy: Command, { io }: Face): void {
  reasoned(
    policy
      .command('set <id> <file>')
      .description('puts a policy into a service, in force at once; - reads it from standard input'),
  )
    .option('--draft', 'keep it without bringing it into force')
    .option('--resource', 'it decides which secrets are released, not which machines are trusted')
    .option('--scope <path>', 'paths that a resource policy decides about; may be given several times', collect, [])
    .option('--shape <shape>', 'how a resource policy is given the path: text or segments')
    .option('--if-version <number>', 'refuse when the newest version is another')
    .option('--v0', 'read the older dialect')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee policy set default default.rego --reason "kernel 6.6"\n  $ veritee policy set team-a team-a.rego --resource --scope team-a --reason "keys of team A"',
    )
    .action(async (id: string, file: string, options: SetOptions) => {
      const { reason, resource = false, scope, shape, ifVersion } = options
      const text = decodeUtf8(await readInput(io, file, POLICY_BYTES))
      const client = await createAdminClient(io, options)
      const base = ifVersion === undefined ? {} : { 'if-match': `"${readBase(ifVersion)}"` }
      const body = {
        kind: resource ? 'resource' : 'attestation',
        text,
        dialect: options.v0 ? 'v0' : 'auto',
        ...(scope.length === 0 ? {} : { scopes: scope }),
        ...(shape === undefined ? {} : { shape }),
        activate: options.draft !== true,
        reason,
      }
      const made = await post<VersionView>(client, `${pathOf(id)}/versions`, body, base)
      if (options.json) return io.out(`${JSON.stringify(made)}\n`)
      io.out(`${plain(id)} version ${made.version} ${options.draft ? 'is kept as a draft' : 'is in force'}\n`)
    })
}

/** The newest version that a text was written against; 0 where there is to be none. */
function readBase(text: string): number {
  return text === '0' ? 0 : parseVersion(text, '--if-version')
}

function addActivate(policy: Command, { io }: Face): void {
  reasoned(policy.command('activate <id> <version>').description('brings a version into force'))
    .addHelpText('after', '\nExample:\n  $ veritee policy activate default 3 --reason "reviewed"')
    .action(async (id: string, version: string, options: ChangeOptions) => {
      const number = parseVersion(version)
      const client = await createAdminClient(io, options)
      const head = await post<PolicyView>(client, `${pathOf(id)}/versions/${number}/activate`, {
        reason: options.reason,
      })
      io.out(options.json ? `${JSON.stringify(head)}\n` : `${plain(id)} version ${head.activeVersion} is in force\n`)
    })
}

function addRollback(policy: Command, { io }: Face): void {
  reasoned(
    policy
      .command('rollback <id>')
      .description('brings an earlier text back, as a new version: the one that was in force before, or another'),
  )
    .option('--to <version>', 'the version whose text comes back')
    .addHelpText('after', '\nExample:\n  $ veritee policy rollback default --reason "refuses the new image"')
    .action(async (id: string, options: ChangeOptions & { to?: string }) => {
      const { reason, to } = options
      const version = to === undefined ? {} : { version: parseVersion(to, '--to') }
      const client = await createAdminClient(io, options)
      const made = await post<VersionView>(client, `${pathOf(id)}/rollback`, { reason, ...version })
      if (options.json) return io.out(`${JSON.stringify(made)}\n`)
      io.out(`${plain(id)} version ${made.version} is in force: the text of version ${made.restores}\n`)
    })
}

function addDelete(policy: Command, { io }: Face): void {
  administered(policy.command('delete <id>').description('takes a policy out of force; its versions stay'))
    .option('--yes', 'without it nothing is deleted')
    .addHelpText('after', '\nExample:\n  $ veritee policy delete team-a --yes')
    .action(async (id: string, options: AdminCommand & { yes?: boolean }) => {
      if (!options.yes)
        throw new CliError('CLI_ARGUMENT_INVALID', `what ${id} refuses today may be accepted without it: say --yes`, {
          details: { path: '--yes', expected: '--yes' },
        })
      await (await createAdminClient(io, options)).call('DELETE', pathOf(id))
      io.out(options.json ? `${JSON.stringify({ id, deleted: true })}\n` : `${plain(id)} is not in force any more\n`)
    })
}
