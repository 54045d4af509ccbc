import { parseJson } from '@veritee/codec/json'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import { createAdminClient } from '../input/admin.ts'
import type { Face } from '../program.ts'
import { type AdminCommand, administered, formatTime, readJson } from './admin/options.ts'

interface Key {
  readonly id: string
  readonly use: string
  readonly state: string
  readonly since: number
  readonly acceptedUntil?: number
}

const USES = ['token', 'flat', 'challenge', 'handshake', 'storage']

/** `veritee keys list | rotate`. */
export function addKeys(program: Command, { io }: Face): void {
  const keys = program.command('keys').description("the service's own keys")
  administered(keys.command('list').description('lists the keys, never their private halves'))
    .addHelpText('after', '\nExample:\n  $ veritee keys list')
    .action(async (options: AdminCommand) => {
      const { items } = await readJson<{ items: Key[] }>(await createAdminClient(io, options), '/api/v1/keys')
      if (options.json) io.out(`${JSON.stringify({ items })}\n`)
      else for (const key of items) io.out(describeKey(key))
    })
  administered(
    keys.command('rotate <use>').description('makes a new key: token, flat, challenge, handshake or storage'),
  )
    .addHelpText(
      'after',
      '\nUses: token signs EAR tokens and heads of the audit log, flat signs Simple and OIDC tokens, challenge signs challenges of\nthe attestation service, handshake guards handshakes, storage wraps secrets.\n\nWhat was made with the old key stays good until it ends. With storage, every secret is wrapped anew at once.\n\nExample:\n  $ veritee keys rotate token',
    )
    .action(async (use: string, options: AdminCommand) => {
      if (!USES.includes(use)) throw new CliError('CLI_ARGUMENT_INVALID', `there are keys for ${USES.join(', ')}`)
      const client = await createAdminClient(io, options)
      const { body } = await client.call('POST', `/api/v1/keys/${use}/rotate`)
      const result = parseJson(body) as { key: Key; secrets?: { total: number; rewrapped: number; failed: number } }
      if (options.json) return io.out(`${JSON.stringify(result)}\n`)
      io.out(describeKey(result.key))
      const { secrets } = result
      if (secrets !== undefined)
        io.out(`secrets ${secrets.total}, wrapped anew ${secrets.rewrapped}, unreadable ${secrets.failed}\n`)
    })
}

function describeKey({ use, state, id, since, acceptedUntil }: Key): string {
  const from = since === 0 ? 'from the start' : `from ${formatTime(since)} UTC`
  const until = acceptedUntil === undefined ? '' : `, understood until ${formatTime(acceptedUntil)} UTC`
  return `${use}  ${state}  ${id}  ${from}${until}\n`
}
