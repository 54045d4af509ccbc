/** The program `rvps-tool`: reference values over gRPC, in the words of its existing callers. */
import { readFile } from 'node:fs/promises'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { createAdminToken } from '@veritee/service/admin'
import { createReferenceClient, GrpcCallError, type ReferenceClient } from '@veritee/service/grpc'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import { isConfidential } from '../input/admin.ts'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'
import type { Face } from '../program.ts'

const ADDRESS = 'http://127.0.0.1:50003'
const LIMIT_BYTES = 8 << 20

interface ToolOptions {
  readonly addr: string
  readonly adminKey?: string
  readonly caFile?: string
}

/**
 * `veritee refs tool register | query | delete | list | set-list`: what `rvps-tool` is installed as. What it says goes to
 * standard error, as scripts expect; `--json` puts values on standard output.
 */
export function addReferenceTool(refs: Command, { io }: Face): void {
  const tool = refs
    .command('tool', { hidden: true })
    .description('the program rvps-tool: reference values over gRPC')
    .helpCommand(true)
  const add = (name: string, description: string) =>
    tool
      .command(name)
      .description(description)
      .option('-a, --addr <url>', 'address of the reference value service', ADDRESS)
      .option('--admin-key <file>', 'administrator key, for a service on another machine')
      .option('--ca-file <file>', 'certificates to trust for the service, PEM')

  add('register', 'registers the message in a file')
    .requiredOption('-p, --path <file>', 'file with the message, JSON')
    .action(async (options: ToolOptions & { path: string }) => {
      const message = decodeUtf8(await readInput(io, options.path, LIMIT_BYTES))
      await call(io, options, (client) => client.register(message))
      io.err('Register provenance succeeded.\n')
    })
  add('query', 'prints reference values')
    .option('-i, --reference-value-id <id>', 'one value instead of all')
    .option('--json', 'print the value alone, on standard output')
    .action(async (options: ToolOptions & { referenceValueId?: string; json?: boolean }) => {
      const id = options.referenceValueId
      const found = await call(io, options, (client) => client.query(id))
      if (options.json) io.out(`${found ?? 'null'}\n`)
      else io.err(`Get reference ${id === undefined ? 'values' : 'value'} succeeded:\n ${found ?? ''}\n`)
    })
  add('delete', 'deletes a name with all its values')
    .requiredOption('-n, --name <name>', 'name of the reference value')
    .action(async (options: ToolOptions & { name: string }) => {
      await call(io, options, (client) => client.delete(options.name))
      io.err('Delete reference value succeeded.\n')
    })
  add('list', 'prints the names of all reference values').action(async (options: ToolOptions) => {
    const found = await call(io, options, (client) => client.query())
    for (const name of Object.keys(JSON.parse(found ?? '{}') as object).sort()) io.out(`${name}\n`)
  })
  add('set-list', 'registers the list of provenance in a file')
    .requiredOption('-p, --path <file>', 'file with the list, JSON')
    .action(async (options: ToolOptions & { path: string }) => {
      const payload = decodeUtf8(await readInput(io, options.path, LIMIT_BYTES))
      await call(io, options, (client) => client.setList(payload))
      io.err('Set reference value list succeeded.\n')
    })
}

/** @throws CliError CLI_ARGUMENT_INVALID, CLI_SERVICE_UNREACHABLE, CLI_SERVICE_REFUSED, CLI_FILE_UNREADABLE */
async function call<T>(io: Io, options: ToolOptions, work: (client: ReferenceClient) => Promise<T>): Promise<T> {
  const { addr, adminKey, caFile } = options
  checkAddress(addr, adminKey !== undefined)
  const token = adminKey === undefined ? undefined : await createAdminToken(await readPem(adminKey), { now: io.now() })
  const client = createReferenceClient(addr, {
    signal: io.signal,
    ...(token === undefined ? {} : { token }),
    ...(caFile === undefined ? {} : { ca: await readPem(caFile) }),
  })
  try {
    return await work(client)
  } catch (error) {
    if (!(error instanceof GrpcCallError)) throw error
    throw new CliError(error.unreachable ? 'CLI_SERVICE_UNREACHABLE' : 'CLI_SERVICE_REFUSED', error.message, {
      cause: error,
      details: { path: addr, status: error.status },
    })
  }
}

/** An administrator's token goes over it, so beyond this machine only under TLS. */
function checkAddress(addr: string, withToken: boolean): void {
  const parsed = URL.canParse(addr) ? new URL(addr) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new CliError('CLI_ARGUMENT_INVALID', '--addr does not take this value.', {
      details: { path: '--addr', expected: 'http(s)://HOST:PORT' },
    })
  }
  if (!withToken || isConfidential(parsed)) return
  throw new CliError('CLI_ARGUMENT_INVALID', 'Beyond this machine an administrator speaks to the service over https.', {
    details: { path: '--addr', expected: `https://${parsed.host}`, actual: parsed.origin },
  })
}

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read (${cause.code})`, { details: { path }, cause })
  })
}
