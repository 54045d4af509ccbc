import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { createAdminClient } from '../../input/admin.ts'
import type { Face } from '../../program.ts'
import { changeSet } from '../../refs/api.ts'
import { collect } from '../options.ts'
import { onSet, type RefsOptions, type SetOption } from './options.ts'

interface ChangeOptions extends RefsOptions, SetOption {
  readonly reason: string
}

interface ValueOptions extends ChangeOptions {
  readonly value: readonly string[]
}

/** `veritee refs revoke`, `reinstate`, `delete` and `restore`. */
export function addChanges(refs: Command, { io }: Face): void {
  const apply = async (options: ChangeOptions, change: object, done: string) => {
    const set = await changeSet(await createAdminClient(io, options), options.set, change, options.reason)
    io.out(options.json ? `${JSON.stringify(set)}\n` : `${done}; set ${set.name} is at version ${set.version}\n`)
  }
  const values = (command: Command) =>
    onSet(command)
      .option('--value <value>', 'one value; may be given several times (default: all of the name)', collect, [])
      .requiredOption('--reason <text>', 'why, kept with the version')

  values(refs.command('revoke <name>').description('takes values away for good: registering them again is refused'))
    .addHelpText(
      'after',
      '\nExample:\n  $ veritee refs revoke measurement.kernel.SHA-384 --value 8c80… --reason "CVE in 6.1"',
    )
    .action((name: string, options: ValueOptions) =>
      apply(options, { operation: 'revoke', name, ...valuesOf(options) }, `revoked values of ${name}`),
    )
  values(refs.command('reinstate <name>').description('lets revoked values be registered again'))
    .addHelpText(
      'after',
      '\nExample:\n  $ veritee refs reinstate measurement.kernel.SHA-384 --value 8c80… --reason "revoked in error"',
    )
    .action((name: string, options: ValueOptions) =>
      apply(options, { operation: 'reinstate', name, ...valuesOf(options) }, `reinstated values of ${name}`),
    )
  onSet(refs.command('delete <name>').description('deletes a name with all its values'))
    .option('--reason <text>', 'why, kept with the version', 'deleted on the command line')
    .addHelpText('after', '\nExample:\n  $ veritee refs delete measurement.kernel.SHA-384')
    .action((name: string, options: ChangeOptions) =>
      apply(options, { operation: 'delete', names: [name] }, `deleted ${name}`),
    )
  onSet(refs.command('restore <version>').description('makes the values of an earlier version a new version'))
    .requiredOption('--reason <text>', 'why, kept with the version')
    .addHelpText('after', '\nExample:\n  $ veritee refs restore 3 --set web-1.2 --reason "1.3 was withdrawn"')
    .action((version: string, options: ChangeOptions) => {
      if (!/^\d{1,9}$/.test(version))
        throw new CliError('CLI_ARGUMENT_INVALID', `${version} is not the number of a version`, {
          details: { path: 'version', actual: version },
        })
      return apply(options, { operation: 'restore', version: Number(version) }, `restored version ${version}`)
    })
}

/** A value that is JSON is taken as such, so that plain values can be named; a digest of digits alone stays a text. */
function valuesOf({ value }: ValueOptions): object {
  const parsed = value.map((text) => (/^(true|false|null|["[{].*)$/s.test(text) ? parseValue(text) : text))
  return parsed.length === 0 ? {} : { values: parsed }
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliError('CLI_ARGUMENT_INVALID', 'a --value is neither a digest nor JSON', {
      details: { path: '--value', actual: text },
    })
  }
}
