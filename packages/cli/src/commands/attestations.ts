import type { Attempt } from '@veritee/service/attempts'
import { type Command, Option } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { createAdminClient } from '../input/admin.ts'
import type { Face } from '../program.ts'
import { type AdminCommand, administered, formatTime, plain, readJson, readList } from './admin/options.ts'

interface Summary extends Omit<Attempt, 'evidence' | 'input'> {
  readonly cause?: { readonly code: string; readonly path: string; readonly message: string }
}

interface ListOptions extends AdminCommand {
  readonly outcome?: string
  readonly tee?: string
  readonly machine?: string
  readonly code?: string
  readonly status?: string
  readonly policy?: string
  readonly measurement?: string
  readonly source?: string
  readonly simulated?: boolean
  readonly since?: string
  readonly until?: string
  readonly limit: string
}

/** More than a person reads, and little enough for memory. */
const MAX_LISTED = 100_000

/** `veritee attestations list | show | why`. */
export function addAttestations(program: Command, face: Face): void {
  const attestations = program.command('attestations').description('who attested, and why one was refused')
  addList(attestations, face)
  addShow(attestations, face)
  addWhy(attestations, face)
}

function addList(attestations: Command, { io }: Face): void {
  administered(attestations.command('list').description('lists attempts, newest first'))
    .addOption(
      new Option('--outcome <outcome>', 'what came of it').choices(['accepted', 'warned', 'refused', 'unavailable']),
    )
    .option('--tee <tee>', 'kind of TEE, such as tdx')
    .option('--machine <name>', 'one machine')
    .option('--code <code>', 'one cause of refusal')
    .option('--status <status>', 'TCB status in the words of the vendor, such as UpToDate')
    .option('--policy <id>', 'the policy that was asked')
    .option('--measurement <hex>', 'what the machine started with, such as MRTD or MRENCLAVE')
    .addOption(new Option('--source <source>', 'which way it came').choices(['broker', 'attestation-api']))
    .option('--simulated', 'only what rests on a simulated root')
    .option('--since <time>', 'epoch seconds or a span such as 24h')
    .option('--until <time>', 'epoch seconds or a span such as 1h')
    .option('--limit <count>', 'how many', '50')
    .addHelpText('after', '\nExample:\n  $ veritee attestations list --outcome refused --since 24h')
    .action(async (options: ListOptions) => {
      const { outcome, tee, machine, code, status, policy, measurement, source, since, until } = options
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED)
        throw new CliError('CLI_ARGUMENT_INVALID', `--limit takes a number from 1 to ${MAX_LISTED}`)
      const simulated = options.simulated === true ? 'true' : undefined
      const client = await createAdminClient(io, options)
      const items = await readList<Summary>(
        client,
        '/api/v1/attestations',
        { outcome, tee, machine, code, status, policy, measurement, source, simulated, since, until },
        limit,
      )
      if (options.json) io.out(`${JSON.stringify({ items })}\n`)
      else for (const item of items) io.out(describeSummary(item))
    })
}

function describeSummary({ id, time, outcome, tee, machine, simulated, code }: Summary): string {
  const marks = [outcome, code, simulated ? 'simulated' : undefined].filter((mark) => mark !== undefined)
  return `${id}  ${formatTime(time)}  ${tee}  ${machine ?? '-'}  ${marks.map(plain).join(' ')}\n`
}

function addShow(attestations: Command, { io }: Face): void {
  administered(attestations.command('show <id>').description('prints everything that is kept of one attempt'))
    .option('--input', 'print what policies were evaluated on instead')
    .addHelpText('after', '\nExample:\n  $ veritee attestations show 01795253849-a1b2c3-000000000 --input')
    .action(async (id: string, options: AdminCommand & { input?: boolean }) => {
      const path = `/api/v1/attestations/${encodeURIComponent(id)}${options.input ? '/input' : ''}`
      const value = await readJson(await createAdminClient(io, options), path)
      io.out(`${JSON.stringify(value, undefined, options.json ? undefined : 2)}\n`)
    })
}

function addWhy(attestations: Command, { io, exit }: Face): void {
  administered(
    attestations
      .command('why [id]')
      .description('says why an attempt was refused; without an id, the newest refused one'),
  )
    .addHelpText(
      'after',
      '\nExit codes: 0 the attempt was accepted, or none was refused; 1 it was refused or could not be judged; 2 wrong usage.\n\nExample:\n  $ veritee attestations why',
    )
    .action(async (id: string | undefined, options: AdminCommand) => {
      const client = await createAdminClient(io, options)
      const [newest] =
        id === undefined ? await readList<Summary>(client, '/api/v1/attestations', { outcome: 'refused' }, 1) : []
      const asked = id ?? newest?.id
      if (asked === undefined) return io.out(options.json ? '{"refused":null}\n' : 'no attestation was refused\n')
      const attempt = await readJson<Attempt>(client, `/api/v1/attestations/${encodeURIComponent(asked)}`)
      const causes = listCauses(attempt)
      io.out(
        options.json
          ? `${JSON.stringify({ id: asked, outcome: attempt.outcome, code: attempt.code, message: attempt.message, causes })}\n`
          : describeCauses(attempt, causes),
      )
      if (attempt.outcome === 'refused' || attempt.outcome === 'unavailable') exit(EXIT.refused)
    })
}

interface Cause {
  readonly code: string
  readonly path: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly message?: string
  readonly next?: string
}

/** What was found wrong, and failed checks that no finding speaks of. */
function listCauses({ evidence }: Attempt): Cause[] {
  return evidence.flatMap(({ judgement: { findings, checks } }) => {
    const wrong = findings.filter(({ severity }) => severity === 'error')
    const told = new Set(wrong.map(({ code }) => code))
    const failed = checks.filter(({ result, code, id }) => result === 'fail' && !told.has(code ?? id))
    return [...failed.map((check): Cause => ({ ...check, code: check.code ?? check.id, path: check.id })), ...wrong]
  })
}

function describeCauses(attempt: Attempt, causes: readonly Cause[]): string {
  const show = (value: unknown) => plain(typeof value === 'string' ? value : JSON.stringify(value))
  const lines = [`${attempt.id}  ${formatTime(attempt.time)} UTC  ${attempt.tee}  ${attempt.outcome}`]
  if (causes.length === 0 && attempt.message !== undefined) lines.push(`${attempt.code}  ${plain(attempt.message)}`)
  for (const { code, path, expected, actual, message, next } of causes) {
    lines.push(`${code}  ${plain(message ?? '')}`, `  at       ${plain(path)}`)
    if (expected !== undefined) lines.push(`  expected ${show(expected)}`)
    if (actual !== undefined) lines.push(`  found    ${show(actual)}`)
    if (next !== undefined) lines.push(`  next     ${plain(next)}`)
  }
  return `${lines.join('\n')}\n`
}
