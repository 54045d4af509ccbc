import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseJson } from '@veritee/codec/json'
import { type AuditEntry, type AuditReport, verifyAuditChain } from '@veritee/service/audit'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { type AdminClient, createAdminClient } from '../input/admin.ts'
import type { Face } from '../program.ts'
import { type AdminCommand, administered, formatTime, plain, readJson, readList } from './admin/options.ts'

interface Head {
  readonly seq: number
  readonly hash: string
  readonly time: number
  readonly signature: string
}

const PAGE = 1000

/** `veritee audit verify | tail | head`. */
export function addAudit(program: Command, face: Face): void {
  const audit = program.command('audit').description('reads and checks the audit log of a service')
  addVerify(audit, face)
  addTail(audit, face)
  addHead(audit, face)
}

function addVerify(audit: Command, { io, exit }: Face): void {
  administered(audit.command('verify [file]').description('checks that the log is one unbroken chain'))
    .option('--head <file>', 'a head that `veritee audit head --json` wrote before: the log must still hold it')
    .addHelpText(
      'after',
      '\nWithout a file the log of the service is checked; with one, an export of it (JSON lines).\n\nExamples:\n  $ veritee audit verify --head head.json\n  $ veritee audit verify audit.jsonl',
    )
    .action(async (file: string | undefined, options: AdminCommand & { head?: string }) => {
      const head =
        options.head === undefined ? undefined : ((await readLines(options.head).next()).value as Head | undefined)
      const entries = file === undefined ? fetchEntries(await createAdminClient(io, options)) : readLines(file)
      const report = await verifyAuditChain(entries as AsyncIterable<AuditEntry>, head === undefined ? {} : { head })
      io.out(options.json ? `${JSON.stringify(report)}\n` : describeReport(report))
      if (!report.intact) exit(EXIT.refused)
    })
}

function describeReport({ intact, count, last, broken, clockSetBack }: AuditReport): string {
  const lines = [
    intact ? `intact: ${count} entries` : `BROKEN at entry ${broken?.seq}: ${broken?.what}`,
    ...(broken === undefined
      ? []
      : [`  expected ${plain(String(broken.expected))}`, `  found    ${plain(String(broken.actual))}`]),
    ...(last === undefined ? [] : [`last good entry ${last.seq} of ${formatTime(last.time)} UTC, hash ${last.hash}`]),
    ...(clockSetBack === 0 ? [] : [`the clock was set back ${clockSetBack} times`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Pages of the export, so that a log of any length is never in memory at once. */
async function* fetchEntries(client: AdminClient): AsyncGenerator<unknown> {
  const { seq: end } = await readJson<Head>(client, '/api/v1/audit/head')
  for (let after = 0; after < end; after += PAGE) {
    const until = Math.min(end, after + PAGE)
    const { body } = await client.call('GET', `/api/v1/audit/export?after=${after}&until=${until}`)
    for (const line of new TextDecoder().decode(body).split('\n')) if (line !== '') yield parseJson(line)
  }
}

async function* readLines(path: string): AsyncGenerator<unknown> {
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== '') yield parseJson(line)
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read as JSON lines`, { details: { path }, cause })
  }
}

function addTail(audit: Command, { io, attendSignal }: Face): void {
  administered(audit.command('tail').description('prints the newest entries'))
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on printing as entries come, until interrupted')
    .addHelpText('after', '\nExample:\n  $ veritee audit tail -n 50 --follow')
    .action(async (options: AdminCommand & { lines: string; follow?: boolean }) => {
      const count = Number(options.lines)
      if (!Number.isInteger(count) || count < 1)
        throw new CliError('CLI_ARGUMENT_INVALID', '--lines takes a number from 1')
      if (options.follow === true) attendSignal()
      const client = await createAdminClient(io, options)
      const print = (entry: AuditEntry) => io.out(options.json ? `${JSON.stringify(entry)}\n` : describeEntry(entry))
      const newest = await readList<AuditEntry>(client, '/api/v1/audit', {}, count)
      for (const entry of newest.reverse()) print(entry)
      let last = newest.at(-1)?.seq ?? 0
      while (options.follow === true && !io.signal.aborted) {
        await sleep(1000, undefined, { signal: io.signal }).catch(() => undefined)
        if (io.signal.aborted) return
        const { body } = await client.call('GET', `/api/v1/audit/export?after=${last}`)
        for (const line of new TextDecoder().decode(body).split('\n')) {
          if (line === '') continue
          const entry = parseJson(line) as AuditEntry
          print(entry)
          last = entry.seq
        }
      }
    })
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
      const head = await readJson<Head>(await createAdminClient(io, options), '/api/v1/audit/head')
      io.out(
        options.json
          ? `${JSON.stringify(head)}\n`
          : `entry ${head.seq} of ${formatTime(head.time)} UTC\nhash ${head.hash}\nsignature ${head.signature}\n`,
      )
    })
}
