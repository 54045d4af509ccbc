import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { ADMIN_TOKEN_MAX_SECONDS, ADMIN_TOKEN_SECONDS, createAdminToken } from '@veritee/service/admin'
import { type Command, Option } from 'commander'
import { CliError } from '../../errors.ts'
import { createAdminClient, readAdminKey } from '../../input/admin.ts'
import { readInput } from '../../input/file.ts'
import type { Face } from '../../program.ts'
import { collect } from '../options.ts'
import { type AdminCommand, administered, formatTime, plain, readJson, readList } from './options.ts'

interface AccessKey {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
  readonly expiresAt?: number
}

const ROLES = ['admin', 'policy-author', 'secret-writer', 'auditor', 'reader']
const KEY_BYTES = 4096
const MAX_KEYS = 1000
const DAY_SECONDS = 86_400

/** `veritee access me | list | add | remove | token`. */
export function addAccess(program: Command, face: Face): void {
  const access = program.command('access').description('who may do what: keys with a role and paths')
  addMe(access, face)
  addList(access, face)
  addAdd(access, face)
  addRemove(access, face)
  addToken(access, face)
}

function addMe(access: Command, { io }: Face): void {
  administered(access.command('me').description('says who the key is to the service, and what it may do'))
    .addHelpText('after', '\nExample:\n  $ veritee access me --admin-key writer.pem')
    .action(async (options: AdminCommand) => {
      const client = await createAdminClient(io, options)
      const me = await readJson<AccessKey & { permissions: readonly string[] }>(client, '/api/v1/me')
      if (options.json) return io.out(`${JSON.stringify(me)}\n`)
      const { expiresAt: _, ...key } = me
      io.out(describeKey(key))
      io.out(`may  ${me.permissions.map(plain).join(' ')}\n`)
    })
}

function addList(access: Command, { io }: Face): void {
  administered(access.command('list').description('lists the registered keys'))
    .addOption(new Option('--role <role>', 'only keys with this role').choices(ROLES))
    .addHelpText('after', '\nExample:\n  $ veritee access list --role secret-writer')
    .action(async (options: AdminCommand & { role?: string }) => {
      const { role } = options
      const items = await readList<AccessKey>(
        await createAdminClient(io, options),
        '/api/v1/access/keys',
        { role },
        MAX_KEYS,
      )
      if (options.json) io.out(`${JSON.stringify({ items })}\n`)
      else for (const key of items) io.out(describeKey(key))
    })
}

interface AddOptions extends AdminCommand {
  readonly publicKey: string
  readonly role: string
  readonly scope: readonly string[]
  readonly days?: string
}

function addAdd(access: Command, { io }: Face): void {
  administered(
    access
      .command('add <name>')
      .description('registers a public key: whoever has its private half may do what the role may'),
  )
    .requiredOption('--public-key <file>', 'Ed25519 public key, PEM; - for standard input')
    .addOption(new Option('--role <role>', 'what the key may do').choices(ROLES).makeOptionMandatory())
    .option(
      '--scope <path>',
      'path that the key may work on, such as team-a; may be given several times (default: all)',
      collect,
      [],
    )
    .option('--days <count>', 'how long the key is good for (default: until it is removed)')
    .addHelpText(
      'after',
      '\nExample:\n  $ openssl genpkey -algorithm ed25519 -out writer.pem\n  $ openssl pkey -in writer.pem -pubout -out writer.pub\n  $ veritee access add ann --public-key writer.pub --role secret-writer --scope team-a',
    )
    .action(async (name: string, options: AddOptions) => {
      const { role, scope, days } = options
      const publicKey = decodeUtf8(await readInput(io, options.publicKey, KEY_BYTES))
      // A private key does not leave this machine to be refused elsewhere.
      if (publicKey.includes('PRIVATE KEY'))
        throw new CliError('CLI_ARGUMENT_INVALID', '--public-key names a private key', {
          details: { path: '--public-key' },
        })
      const expiresAt = days === undefined ? {} : { expiresAt: io.now() + readDays(days) * DAY_SECONDS }
      const scopes = scope.length === 0 ? {} : { scopes: scope }
      const client = await createAdminClient(io, options)
      const body = encodeUtf8(JSON.stringify({ name, role, publicKey, ...scopes, ...expiresAt }))
      const answer = await client.call('POST', '/api/v1/access/keys', body, { 'content-type': 'application/json' })
      const key = parseJson(answer.body) as AccessKey
      io.out(options.json ? `${JSON.stringify(key)}\n` : describeKey(key))
    })
}

function addRemove(access: Command, { io }: Face): void {
  administered(access.command('remove <id>').description('removes a key: its tokens are refused from now on'))
    .addHelpText(
      'after',
      '\nAn id that begins with - stands behind --.\n\nExample:\n  $ veritee access remove OXV9qM9YoPOv4WEYMkMRUAZU1XaVUE7MdaG1-dJDhV0',
    )
    .action(async (id: string, options: AdminCommand) => {
      const client = await createAdminClient(io, options)
      await client.call('DELETE', `/api/v1/access/keys/${encodeURIComponent(id)}`)
      io.out(options.json ? `${JSON.stringify({ removed: id })}\n` : `removed ${plain(id)}\n`)
    })
}

interface TokenOptions extends AdminCommand {
  readonly seconds: string
  readonly header?: boolean
}

function addToken(access: Command, { io }: Face): void {
  access
    .command('token')
    .description('prints a token for other programs, signed with the key; the service is not asked')
    .option('--data <dir>', 'data folder of the service, to find keys/admin.pem in', './veritee-data')
    .option('--admin-key <file>', 'key that signs, if it is elsewhere')
    .option(
      '--seconds <count>',
      `how long it is good for; services take ${ADMIN_TOKEN_SECONDS} at most unless configured otherwise`,
      '300',
    )
    .option('--header', 'print the header of a request that carries it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhoever has the token may do what the key may, until it ends. As a header on standard input it stays out of command lines.\n\nExample:\n  $ veritee access token --header | curl -H @- http://127.0.0.1:8081/api/v1/me',
    )
    .action(async (options: TokenOptions) => {
      const lifetimeSeconds = readSeconds(options.seconds)
      const token = await createAdminToken(await readAdminKey(io, options), { now: io.now(), lifetimeSeconds })
      if (options.json) return io.out(`${JSON.stringify({ token, expiresAt: io.now() + lifetimeSeconds })}\n`)
      io.out(`${options.header ? 'Authorization: Bearer ' : ''}${token}\n`)
    })
}

function readDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (days >= 1) return days
  throw new CliError('CLI_ARGUMENT_INVALID', '--days takes a number from 1 to 9999', { details: { path: '--days' } })
}

function readSeconds(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= ADMIN_TOKEN_MAX_SECONDS) return seconds
  throw new CliError('CLI_ARGUMENT_INVALID', `--seconds takes a number from 1 to ${ADMIN_TOKEN_MAX_SECONDS}`, {
    details: { path: '--seconds' },
  })
}

function describeKey({ id, name, role, scopes, expiresAt }: AccessKey): string {
  const until = expiresAt === undefined ? '' : `  until ${formatTime(expiresAt)} UTC`
  return `${plain(id)}  ${plain(name)}  ${plain(role)}  ${scopes.map(plain).join(' ')}${until}\n`
}
