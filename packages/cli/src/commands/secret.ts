import { formatResourceUri, parseResourcePath, parseResourceUri } from '@veritee/broker/resources'
import { parseJson } from '@veritee/codec/json'
import { createKeyClient } from '@veritee/guest/key-client'
import type { Command } from 'commander'
import { createAttester } from '../attester/attester.ts'
import { CliError } from '../errors.ts'
import { type AdminOptions, createAdminClient } from '../input/admin.ts'
import { readInput } from '../input/file.ts'
import { expectAbsent, writeOutput } from '../output/file.ts'
import type { Face } from '../program.ts'

const URL_DEFAULT = 'http://127.0.0.1:8081'
/** The service's own default limit; a larger secret is refused there with its code. */
const SECRET_BYTES = 16 * 1024 * 1024

interface Common extends AdminOptions {
  readonly json?: boolean
}

/** `veritee secret put | list | delete | get`. */
export function addSecret(program: Command, face: Face): void {
  const secret = program.command('secret').description('stores secrets, and gets them as a machine that proves itself')
  addPut(secret, face)
  addList(secret, face)
  addDelete(secret, face)
  addGet(secret, face)
}

function administered(command: Command): Command {
  return command
    .option('--url <url>', 'the service', URL_DEFAULT)
    .option('--data <dir>', 'data folder of the service, to find keys/admin.pem in', './veritee-data')
    .option('--admin-key <file>', 'administrator key, if it is elsewhere')
    .option('--ca-file <file>', 'certificates to trust for the service, PEM')
    .option('--json', 'print JSON')
}

function addPut(secret: Command, { io }: Face): void {
  administered(secret.command('put <uri>').description('stores a secret under kbs:///REPOSITORY/TYPE/TAG'))
    .requiredOption('--file <file>', 'file with the secret, or - for standard input')
    .addHelpText(
      'after',
      '\nExample:\n  $ openssl rand -base64 40 | veritee secret put kbs:///default/local-resources/data --file -',
    )
    .action(async (uri: string, options: Common & { file: string }) => {
      const path = routeOf(uri)
      const client = await createAdminClient(io, options)
      const content = await readInput(io, options.file, SECRET_BYTES)
      await client.call('POST', path, content)
      content.fill(0)
      io.out(options.json ? `${JSON.stringify({ stored: uri })}\n` : `stored ${uri}\n`)
    })
}

function addList(secret: Command, { io }: Face): void {
  administered(secret.command('list').description('lists the names of all secrets'))
    .addHelpText('after', '\nExample:\n  $ veritee secret list')
    .action(async (options: Common) => {
      const client = await createAdminClient(io, options)
      const { body } = await client.call('GET', '/kbs/v0/resources')
      const uris = readNames(body)
      io.out(options.json ? `${JSON.stringify({ secrets: uris })}\n` : uris.map((uri) => `${uri}\n`).join(''))
    })
}

function addDelete(secret: Command, { io }: Face): void {
  administered(secret.command('delete <uri>').description('deletes a secret'))
    .addHelpText('after', '\nExample:\n  $ veritee secret delete kbs:///default/local-resources/data')
    .action(async (uri: string, options: Common) => {
      const path = routeOf(uri)
      const client = await createAdminClient(io, options)
      await client.call('DELETE', path)
      io.out(options.json ? `${JSON.stringify({ deleted: uri })}\n` : `deleted ${uri}\n`)
    })
}

/**
 * The URIs of a list; a name that is none cannot be one of a secret.
 *
 * @throws CliError CLI_SERVICE_FAILED; BrokerError BROKER_RESOURCE_PATH_INVALID
 */
function readNames(body: Uint8Array): string[] {
  const entries = parseJson(body)
  if (!Array.isArray(entries)) throw new CliError('CLI_SERVICE_FAILED', 'The service answered with no list of secrets.')
  return entries.map((entry: unknown) => {
    const { repository_name, resource_type, resource_tag } = (entry ?? {}) as Readonly<Record<string, unknown>>
    return formatResourceUri(parseResourcePath(`${repository_name}/${resource_type}/${resource_tag}`))
  })
}

interface GetOptions {
  readonly url: string
  readonly attester: string
  readonly world?: string
  readonly policy?: string
  readonly caFile?: string
  readonly out?: string
  readonly json?: boolean
}

function addGet(secret: Command, { io }: Face): void {
  secret
    .command('get <uri>')
    .description('proves this machine to the service and prints the secret')
    .option('--url <url>', 'the service', URL_DEFAULT)
    .option('--attester <kind>', 'what makes the evidence: auto, tdx, snp, csv, tpm or simulated', 'auto')
    .option('--world <dir>', 'folder of `veritee simulate`, for the simulated attester')
    .option('--policy <id>', 'attestation policy to be judged by, of those that the service lets machines choose')
    .option('--ca-file <file>', 'certificates to trust for the service, PEM')
    .option('--out <file>', 'write the secret to a new file (mode 0600) instead of standard output')
    .option('--json', 'print JSON, the secret as base64')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee secret get kbs:///default/local-resources/data --url https://keys.example.org:8081\n  $ veritee secret get kbs:///default/local-resources/data --attester simulated --world ./demo-tdx',
    )
    .action(async (uri: string, options: GetOptions) => {
      // Before the secret is let out, not after.
      if (options.out !== undefined) expectAbsent(options.out)
      const attester = await createAttester(io, options)
      const { url, policy, caFile } = options
      const onWarning = (message: string) => io.err(`${message}\n`)
      const client = createKeyClient({
        url,
        attester,
        onWarning,
        ...(policy === undefined ? {} : { policy }),
        ...(caFile === undefined ? {} : { caFile }),
      })
      const content = await client.get(uri)
      if (options.out !== undefined) writeOutput(options.out, content, { mode: 0o600, isNew: true })
      if (options.json)
        io.out(
          `${JSON.stringify({ uri, ...(options.out === undefined ? { secret: Buffer.from(content).toString('base64') } : { file: options.out }) })}\n`,
        )
      else if (options.out === undefined) io.out(content)
      else io.err(`wrote ${options.out}\n`)
    })
}

/** @throws BrokerError BROKER_RESOURCE_* */
function routeOf(uri: string): string {
  const { repository, type, tag } = parseResourceUri(uri).path
  return `/kbs/v0/resource/${repository}/${type}/${tag}`
}
