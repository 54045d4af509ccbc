import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { createAdminClient } from '../../input/admin.ts'
import type { Face } from '../../program.ts'
import { changeSet, compareVersions, previewChange } from '../../refs/api.ts'
import { readReferenceFile } from '../../refs/file.ts'
import { renderDifference } from '../../refs/render.ts'
import { count } from '../../render/count.ts'
import { onSet, type RefsOptions, type SetOption } from './options.ts'

interface RegisterOptions extends RefsOptions, SetOption {
  readonly replace?: boolean
  readonly replaceAll?: boolean
  readonly validUntil?: string
  readonly reason: string
}

interface DiffOptions extends Omit<RegisterOptions, 'reason'> {
  readonly from?: string
  readonly to?: string
}

/** `veritee refs register` and `diff`. */
export function addRegister(refs: Command, { io }: Face): void {
  incoming(refs.command('register <file>').description('registers the values of a file: a message, or values by name'))
    .option('--reason <text>', 'why, kept with the version', 'registered on the command line')
    .addHelpText(
      'after',
      '\nExample:\n  $ veritee refs register ./reference-values.json --set web-1.2 --reason "image 1.2"',
    )
    .action(async (path: string, options: RegisterOptions) => {
      const change = { operation: operationOf(options), ...(await readReferenceFile(io, path)), ...untilOf(options) }
      const client = await createAdminClient(io, options)
      const set = await changeSet(client, options.set, change, options.reason)
      io.out(
        options.json
          ? `${JSON.stringify(set)}\n`
          : `registered; set ${set.name} is at version ${set.version} with ${count(set.values, 'name')}\n`,
      )
    })
  incoming(
    refs.command('diff [file]').description('says what registering a file would change, or how two versions differ'),
  )
    .option('--from <version>', 'the earlier version, instead of a file')
    .option('--to <version>', 'the later version, instead of a file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee refs diff ./reference-values.json\n  $ veritee refs diff --set web-1.2 --from 3 --to 4',
    )
    .action(async (path: string | undefined, options: DiffOptions) => {
      const client = await createAdminClient(io, options)
      const difference = await (path === undefined
        ? compareVersions(client, options.set, versionOf('--from', options.from), versionOf('--to', options.to))
        : readReferenceFile(io, path).then(async (content) => {
            const change = { operation: operationOf(options), ...content, ...untilOf(options) }
            return (await previewChange(client, options.set, change)).difference
          }))
      if (options.json) io.out(`${JSON.stringify(difference)}\n`)
      else renderDifference(io, difference)
    })
}

function incoming(command: Command): Command {
  return onSet(command)
    .option('--replace', 'replace what is under the same names instead of joining it')
    .option('--replace-all', 'make these values all that the set holds')
    .option('--valid-until <time>', 'expiry of values by name, such as 2027-01-31T00:00:00Z (default: in 12 months)')
}

function operationOf({ replace, replaceAll }: { replace?: boolean; replaceAll?: boolean }): string {
  if (replaceAll) return 'replace-all'
  return replace ? 'replace' : 'merge'
}

function untilOf({ validUntil }: { validUntil?: string }): object {
  return validUntil === undefined ? {} : { validUntil }
}

/** @throws CliError CLI_ARGUMENT_INVALID */
function versionOf(name: string, text: string | undefined): number {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  throw new CliError('CLI_ARGUMENT_INVALID', `${name} is not the number of a version`, {
    details: { path: name, expected: 'a file, or --from and --to', actual: text },
  })
}
