import { parseJson } from '@veritee/codec/json'
import type { Command } from 'commander'
import type { AdminClient, AdminOptions } from '../../input/admin.ts'

export interface AdminCommand extends AdminOptions {
  readonly json?: boolean
}

/** Adds the options that every administrator's command takes. */
export function administered(command: Command): Command {
  return command
    .option('--url <url>', 'the service', 'http://127.0.0.1:8081')
    .option('--data <dir>', 'data folder of the service, to find keys/admin.pem in', './veritee-data')
    .option('--admin-key <file>', 'key that signs, if it is elsewhere')
    .option('--ca-file <file>', 'certificates to trust for the service, PEM')
    .option('--json', 'print JSON')
}

/** A GET whose answer is JSON. */
export async function readJson<T>(client: AdminClient, path: string): Promise<T> {
  return parseJson((await client.call('GET', path)).body) as T
}

/** Follows the cursors of a list until `limit` items are there. */
export async function readList<T>(
  client: AdminClient,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  limit: number,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const given = { ...query, limit: String(Math.min(200, limit - items.length)), cursor }
    const pairs = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const page = await readJson<{ items: T[]; next: string | null }>(client, `${path}?${new URLSearchParams(pairs)}`)
    items.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && items.length < limit)
  return items
}

/** `2026-11-21 09:37:29` in UTC. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** Text of others, safe for a terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
}
