import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import {
  type AuditEntry,
  type AuditReport,
  parseAuditHead,
  type SignedAuditHead,
  verifyAuditChain,
  verifyAuditHead,
} from '@veritee/service/audit'
import { type Command, Option } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { type AdminClient, createAdminClient } from '../input/admin.ts'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'
import type { Face } from '../program.ts'
import { count } from '../render/count.ts'
import { type AdminCommand, administered, formatTime, plain, readJson, readList } from './admin/options.ts'

const PAGE = 1000
const MAX_LINE_BYTES = 1 << 20
const HEAD_BYTES = 65_536

/** `veritee audit verify | tail | head`. */
export function addAudit(program: Command, face: Face): void {
  const audit = program.command('audit').description('reads and checks the audit log of a service')
  addVerify(audit, face)
  addTail(audit, face)
  addHead(audit, face)
}

interface VerifyOptions extends AdminCommand {
  readonly head?: string
  readonly headKey?: string
}

function addVerify(audit: Command, { io, exit }: Face): void {
  administered(audit.command('verify [file]').description('checks that the log is one unbroken chain'))
    .option('--head <file>', 'a head that `veritee audit head --json` wrote before: the log must still hold it')
    .option('--head-key <file>', 'public key of tokens, PEM or JWK set, that must have signed the head')
    .addHelpText(
      'after',
      '\nWithout a file the log of the service is checked, up to the head that the service tells; with one, an export of it (JSON lines).\nExit codes: 0 intact, 1 broken, 2 unreadable or wrong usage.\n\nExamples:\n  $ veritee audit verify --head head.json\n  $ veritee audit verify audit.jsonl',
    )
    .action(async (file: string | undefined, options: VerifyOptions) => {
      const kept = await readKeptHead(io, options)
      const client = file === undefined ? await createAdminClient(io, options) : undefined
      const live = client && (await readJson<SignedAuditHead>(client, '/api/v1/audit/head'))
      const entries = client === undefined ? readLines(file as string) : fetchEntries(client, live?.seq ?? 0)
      const head = kept ?? live
      const report = await verifyAuditChain(entries as AsyncIterable<AuditEntry>, head === undefined ? {} : { head })
      const headSignature = kept === undefined ? undefined : options.headKey === undefined ? 'unchecked' : 'good'
      const told = headSignature === undefined ? report : { ...report, headSignature }
      io.out(options.json ? `${JSON.stringify(told)}\n` : describeReport(report, headSignature))
      if (!report.intact) exit(EXIT.refused)
    })
}

/** @throws CliError CLI_FILE_UNREADABLE, CLI_ARGUMENT_INVALID; ServiceError SERVICE_AUDIT_HEAD_INVALID */
async function readKeptHead(io: Io, { head: path, headKey }: VerifyOptions): Promise<SignedAuditHead | undefined> {
  if (path === undefined) {
    if (headKey === undefined) return undefined
    throw new CliError('CLI_ARGUMENT_INVALID', '--head-key needs --head', { details: { path: '--head-key' } })
  }
  const head = parseAuditHead(decodeUtf8(await readInput(io, path, HEAD_BYTES)))
  if (headKey !== undefined) await verifyAuditHead(head, decodeUtf8(await readInput(io, headKey, HEAD_BYTES)))
  return head
}

function describeReport(
  { intact, count: entries, last, broken, clockSetBack }: AuditReport,
  headSignature?: string,
): string {
  const lines = [
    intact ? `intact: ${count(entries, 'entry', 'entries')}` : `BROKEN at entry ${broken?.seq}: ${broken?.what}`,
    ...(broken === undefined
      ? []
      : [`  expected ${plain(String(broken.expected))}`, `  found    ${plain(String(broken.actual))}`]),
    ...(last === undefined ? [] : [`last good entry ${last.seq} of ${formatTime(last.time)} UTC, hash ${last.hash}`]),
    ...(headSignature === undefined ? [] : [`signature of the head: ${headSignature}`]),
    ...(clockSetBack === 0 ? [] : [`the clock was set back ${count(clockSetBack, 'time')}`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Pages of the export, so that a log of any length is never in memory at once. */
async function* fetchEntries(client: AdminClient, end: number): AsyncGenerator<unknown> {
  for (let after = 0; after < end; after += PAGE) {
    const until = Math.min(end, after + PAGE)
    const { body } = await client.call('GET', `/api/v1/audit/export?after=${after}&until=${until}`)
    for (const line of new TextDecoder().decode(body).split('\n')) if (line !== '') yield parseJson(line)
  }
}

/** @throws CliError CLI_FILE_UNREADABLE, also for a line that no entry has the size of */
async function* readLines(path: string): AsyncGenerator<unknown> {
  try {
    let rest = ''
    for await (const part of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE_BYTES) throw new Error('a line is longer than any entry')
      for (const line of lines) if (line.trim() !== '') yield parseJson(line)
    }
    if (rest.trim() !== '') yield parseJson(rest)
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read as JSON lines`, { details: { path }, cause })
  }
}

interface TailOptions extends AdminCommand {
  readonly lines: string
  readonly follow?: boolean
  readonly action?: string
  readonly actor?: string
  readonly object?: string
  readonly outcome?: string
  readonly session?: string
  readonly since?: string
  readonly until?: string
}

function addTail(audit: Command, { io, attendSignal }: Face): void {
  administered(audit.command('tail').description('prints the newest entries'))
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on printing as entries come, until interrupted')
    .option('--action <action>', 'such as secret.release')
    .option('--actor <id>', 'id of a key, name of a machine, or address')
    .option('--object <object>', 'what it was done to, such as a path')
    .addOption(new Option('--outcome <outcome>', 'what came of it').choices(['done', 'refused', 'failed']))
    .option('--session <name>', 'session of a machine, as the log names it')
    .option('--since <time>', 'epoch seconds or a span such as 24h')
    .option('--until <time>', 'epoch seconds or a span such as 1h')
    .addHelpText('after', '\nExample:\n  $ veritee audit tail -n 50 --follow')
    .action(async (options: TailOptions) => {
      const lines = Number(options.lines)
      if (!Number.isInteger(lines) || lines < 1)
        throw new CliError('CLI_ARGUMENT_INVALID', '--lines takes a number from 1')
      if (options.follow === true) attendSignal()
      const client = await createAdminClient(io, options)
      const print = (entry: AuditEntry) => io.out(options.json ? `${JSON.stringify(entry)}\n` : describeEntry(entry))
      const { action, actor, object, outcome, session, since, until } = options
      if (options.follow === true && until !== undefined)
        throw new CliError('CLI_ARGUMENT_INVALID', '--until has an end, --follow has none', {
          details: { path: '--until' },
        })
      const filter = { action, actor, object, outcome, session }
      const { seq } = await readJson<SignedAuditHead>(client, '/api/v1/audit/head')
      const newest = await readList<AuditEntry>(client, '/api/v1/audit', { ...filter, since, until }, lines)
      for (const entry of newest.reverse()) print(entry)
      let last = Math.max(seq, newest.at(-1)?.seq ?? 0)
      while (options.follow === true && !io.signal.aborted) {
        await sleep(1000, undefined, { signal: io.signal }).catch(() => undefined)
        if (io.signal.aborted) return
        const { body } = await client.call('GET', `/api/v1/audit/export?after=${last}&until=${last + PAGE}`)
        for (const line of new TextDecoder().decode(body).split('\n')) {
          if (line === '') continue
          const entry = parseJson(line) as AuditEntry
          if (matches(entry, filter)) print(entry)
          last = entry.seq
        }
      }
    })
}

function matches(entry: AuditEntry, filter: Readonly<Record<string, string | undefined>>): boolean {
  const { action, object, outcome, actor, detail } = entry
  const facts: Record<string, unknown> = { action, object, outcome, actor: actor.id, session: detail?.['session'] }
  return Object.entries(filter).every(([name, value]) => value === undefined || facts[name] === value)
}

function describeEntry({ seq, time, actor, action, object, outcome, code }: AuditEntry): string {
  const who = actor.name === undefined ? actor.id : `${actor.subject ?? actor.name} (${actor.id.slice(0, 8)})`
  const result = code === undefined ? outcome : `${outcome} ${code}`
  return `${String(seq).padStart(6)}  ${formatTime(time)}  ${plain(who)}  ${action}  ${plain(object)}  ${result}\n`
}

function addHead(audit: Command, { io }: Face): void {
  administered(audit.command('head').description('prints the signed head of the log, to be kept elsewhere'))
    .addHelpText('after', '\nExample:\n  $ veritee audit head --json > head.json')
    .action(async (options: AdminCommand) => {
      const head = await readJson<SignedAuditHead>(await createAdminClient(io, options), '/api/v1/audit/head')
      io.out(
        options.json
          ? `${JSON.stringify(head)}\n`
          : `entry ${head.seq} of ${formatTime(head.time)} UTC\nhash ${head.hash}\nsignature ${head.signature}\n`,
      )
    })
}
