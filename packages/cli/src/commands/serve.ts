import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import {
  CONFIG_REFERENCE,
  createService,
  mergeConfig,
  readConfigFile,
  readTrusteeConfig,
  type Service,
  type ServiceConfigInput,
  type TrusteeConfig,
} from '@veritee/service'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Face } from '../program.ts'
import { describeConfigKeys } from '../render/config-keys.ts'
import { collect } from './options.ts'

interface ServeOptions {
  readonly data?: string
  readonly listen?: string
  readonly config?: string
  readonly trusteeConfig?: string
  readonly trusteeRoot?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly collateral: readonly string[]
  readonly pccs?: string
  readonly expect?: string
  readonly trustSimulatedRoot: readonly string[]
  readonly enableTee: readonly string[]
  readonly allowPlainHttp?: boolean
  readonly json?: boolean
}

/** `veritee serve`: runs the service until it is told to stop. */
export function addServe(program: Command, { io, attendSignal }: Face): void {
  program
    .command('serve')
    .description('runs the service: judges evidence and releases secrets to machines whose evidence passed')
    .option('--data <dir>', 'folder for keys and store (default: ./veritee-data)')
    .option('--listen <host:port>', 'address to listen on (default: 127.0.0.1:8081)')
    .option('--config <file>', 'configuration, TOML or JSON; options given here win over it')
    .option(
      '--trustee-config <dir>',
      'folder of gateway.yml, kbs-config.toml, as-config.json and rvps.json, read as they are',
    )
    .option('--trustee-root <dir>', 'stands before every absolute path that those files name, to try them out')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'private key, PEM')
    .option(
      '--collateral <file>',
      'offline collateral: bundle, certificates, revocation list; may be given several times',
      collect,
      [],
    )
    .option('--pccs <url>', 'collateral service to fetch from, such as https://localhost:8081/sgx/certification/v4/')
    .option('--expect <file>', 'what every machine must be, JSON or TOML')
    .option(
      '--trust-simulated-root <file>',
      'accept simulated evidence under this root (for trying out only)',
      collect,
      [],
    )
    .option(
      '--enable-tee <kind>',
      'accept sample or sampledevice evidence, which proves nothing (for trying out only)',
      collect,
      [],
    )
    .option('--allow-plain-http', 'listen beyond this machine without TLS')
    .option('--json', 'print the address as JSON once ready; logs go to standard error either way')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee serve\n  $ veritee serve --trustee-config /etc/trustee\n  $ veritee serve --listen 0.0.0.0:8081 --tls-cert cert.pem --tls-key key.pem --pccs https://pccs.example.org:8081/sgx/certification/v4/',
    )
    .addHelpText(
      'after',
      () =>
        `\nKeys of --config, what they are when they are not given, and what each risks. docs/en/configuration.md is the same page.\n${describeConfigKeys(CONFIG_REFERENCE)}`,
    )
    .action(async (options: ServeOptions) => {
      attendSignal()
      const trustee = readTrustee(io, options)
      for (const { path, mode } of trustee?.folders ?? []) makeFolderOf(path, mode)
      let service: Service | undefined
      let reloading = Promise.resolve()
      // Before there is a service, its files are being read as they are now: a signal then asks for nothing more.
      const reload = () => {
        if (service !== undefined) reloading = reloading.then(() => reloadService(service as Service, io, options))
      }
      process.on('SIGHUP', reload)
      service = await createService(readOptions(options, trustee))
      for (const notice of [...(trustee?.notices ?? []), ...service.notices]) io.err(`${notice}\n`)
      const { url } = await service.start()
      const adminKeyPath = service.adminKey.path
      io.out(
        options.json
          ? `${JSON.stringify({ url, adminKey: adminKeyPath })}\n`
          : `listening on ${url}\nadministrator key ${adminKeyPath}\n`,
      )
      if (!io.signal.aborted) await once(io.signal, 'abort')
      process.off('SIGHUP', reload)
      await service.stop()
    })
}

/** Only the folder itself is made with the mode: what leads to it stays passable for those who put files into others. */
function makeFolderOf(path: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  if (!existsSync(path)) mkdirSync(path, { mode })
}

/** The files of older services, where a folder of them is named. @throws ServiceError SERVICE_CONFIG_* */
function readTrustee(
  io: Io,
  { trusteeConfig, trusteeRoot, collateral, config }: ServeOptions,
): TrusteeConfig | undefined {
  if (trusteeConfig === undefined) {
    if (trusteeRoot === undefined) return undefined
    throw new CliError('CLI_ARGUMENT_INVALID', '--trustee-root needs --trustee-config', {
      details: { path: '--trustee-root' },
    })
  }
  const root = trusteeRoot === undefined ? {} : { root: trusteeRoot }
  const own = config === undefined ? {} : (readConfigFile(config)['collateral'] as { bundles?: unknown[] } | undefined)
  const hasBundles = collateral.length > 0 || (own?.bundles?.length ?? 0) > 0
  return readTrusteeConfig({ folder: trusteeConfig, env: io.env, hasBundles, ...root })
}

/** What the older files say, over it the configuration file, over both the options. */
function readOptions(options: ServeOptions, trustee: TrusteeConfig | undefined): ServiceConfigInput {
  const base = trustee === undefined ? { dir: './veritee-data' } : { ...trustee.config }
  const file = options.config === undefined ? {} : readConfigFile(options.config)
  return mergeConfig(mergeConfig(base, file), overridesOf(options)) as unknown as ServiceConfigInput
}

/** What SIGHUP does: what cannot be read is said, and everything stays as it was. */
async function reloadService(service: Service, io: Io, options: ServeOptions): Promise<void> {
  try {
    const later = await service.reload(readOptions(options, readTrustee(io, options)))
    if (later.length > 0) io.err(`read again; these keys need a new start: ${later.join(', ')}\n`)
  } catch (error) {
    const code = isCodedError(error) ? ` [${error.code}]` : ''
    io.err(
      `not read again, and nothing is changed: ${error instanceof Error ? error.message.trim() : String(error)}${code}\n`,
    )
  }
}

/** The options as configuration; what was not given leaves the file's word. */
function overridesOf(options: ServeOptions): Record<string, unknown> {
  const list = (values: readonly string[]) => (values.length === 0 ? undefined : values)
  return {
    dir: options.data,
    listen: options.listen,
    tls:
      options.tlsCert === undefined && options.tlsKey === undefined
        ? undefined
        : { cert: options.tlsCert, key: options.tlsKey },
    collateral: { bundles: list(options.collateral), pcs: options.pccs },
    expect: options.expect,
    trustSimulatedRoots: list(options.trustSimulatedRoot),
    enabledTees: list(options.enableTee),
    allowPlainHttp: options.allowPlainHttp,
  }
}
