import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit.ts'
import { createAdminClient } from '../../input/admin.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import type { Face } from '../../program.ts'
import { count } from '../../render/count.ts'
import { type AdminCommand, administered, formatTime, plain } from '../admin/options.ts'
import { parseVersion, pathOf } from './api.ts'
import { POLICY_BYTES } from './change.ts'

interface DryRunOptions extends AdminCommand {
  readonly stored?: string
  readonly last: string
  readonly since?: string
  readonly until?: string
  readonly tee?: string
  readonly v0?: boolean
}

interface DryRun {
  readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly changed: readonly {
    readonly id: string
    readonly time: number
    readonly tee: string
    readonly machine?: string
    readonly before: string
    readonly after: string
    readonly cause?: { readonly code: string; readonly path: string; readonly message: string }
  }[]
  readonly notReplayable: number
  readonly total: number
}

/** `veritee policy dry-run`: what recorded attestations would come out as. */
export function addDryRun(policy: Command, { io, exit }: Face): void {
  administered(
    policy
      .command('dry-run <id> [file]')
      .description('says what recorded attestations would come out as under a text; exits 1 when one would change'),
  )
    .option('--stored <version>', 'try a version that the service holds, instead of a file')
    .option('--last <count>', 'the newest so many attempts', '1000')
    .option('--since <time>', 'epoch seconds or a span such as 24h')
    .option('--until <time>', 'epoch seconds or a span such as 1h')
    .option('--tee <tee>', 'one kind of TEE')
    .option('--v0', 'read the older dialect')
    .addHelpText('after', '\nExample:\n  $ veritee policy dry-run default stricter.rego --since 7d')
    .action(async (id: string, file: string | undefined, options: DryRunOptions) => {
      const { tee, stored, since, until } = options
      if (file !== undefined && stored !== undefined)
        throw new CliError('CLI_ARGUMENT_INVALID', 'give a file or --stored, not both', { details: { path: 'file' } })
      const body = {
        ...(file === undefined ? {} : { text: decodeUtf8(await readInput(io, file, POLICY_BYTES)) }),
        ...(stored === undefined ? {} : { version: parseVersion(stored, '--stored') }),
        dialect: options.v0 ? 'v0' : 'auto',
        last: readCount(options.last),
        ...(since === undefined ? {} : { since: readTime(since, '--since', io) }),
        ...(until === undefined ? {} : { until: readTime(until, '--until', io) }),
        ...(tee === undefined ? {} : { tee }),
      }
      const client = await createAdminClient(io, options)
      const answer = await client.call('POST', `${pathOf(id)}/dry-run`, encodeUtf8(JSON.stringify(body)))
      const result = readResult(answer.body)
      if (options.json) io.out(`${JSON.stringify(result)}\n`)
      else renderDryRun(io, result)
      if (result.changed.length > 0) exit(EXIT.refused)
    })
}

/** The last line; those before it tell how far the service is. @throws CliError CLI_SERVICE_FAILED */
function readResult(body: Uint8Array): DryRun {
  const result = parseJson(decodeUtf8(body).trimEnd().split('\n').at(-1) ?? '') as Partial<DryRun>
  if (result.matrix !== undefined) return result as DryRun
  throw new CliError('CLI_SERVICE_FAILED', 'The service did not come to an end of the dry run.')
}

function renderDryRun(io: Io, { matrix, changed, notReplayable, total }: DryRun): void {
  for (const { id, time, tee, machine = '-', before, after, cause } of changed) {
    io.out(`${plain(id)}  ${formatTime(time)}  ${plain(tee)}  ${plain(machine)}  ${plain(before)} -> ${plain(after)}\n`)
    if (cause !== undefined) io.out(`  ${plain(cause.code)} at ${plain(cause.path)}: ${plain(cause.message)}\n`)
  }
  for (const [before, row] of Object.entries(matrix))
    for (const [after, number] of Object.entries(row))
      io.out(
        `${number} ${plain(before)} ${before === after ? (number === 1 ? 'stays so' : 'stay so') : `would be ${plain(after)}`}\n`,
      )
  if (notReplayable > 0)
    io.out(`${notReplayable} cannot be tried: what policies were asked about is not kept any more\n`)
  io.out(`${count(total, 'attempt')} looked at, ${changed.length} would come out differently\n`)
}

function readCount(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= 10_000) return count
  throw new CliError('CLI_ARGUMENT_INVALID', '--last takes a number from 1 to 10000', {
    details: { path: '--last', actual: text },
  })
}

const SPANS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Epoch seconds, or a span before now. */
function readTime(text: string, path: string, io: Io): number {
  const [, digits, unit] = /^(\d{1,12})([smhd]?)$/.exec(text) ?? []
  if (digits === undefined)
    throw new CliError('CLI_ARGUMENT_INVALID', `${path} takes epoch seconds or a span such as 24h`, {
      details: { path, actual: text },
    })
  return unit === '' ? Number(digits) : Math.max(0, io.now() - Number(digits) * (SPANS[unit as string] ?? 1))
}
