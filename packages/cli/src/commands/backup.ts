import { closeSync, openSync, readFileSync } from 'node:fs'
import { mergeConfig, readConfigFile, type ServiceConfigInput } from '@veritee/service'
import { type BackupReport, createBackup, restoreBackup } from '@veritee/service/backup'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'
import type { Face } from '../program.ts'
import { count } from '../render/count.ts'

interface BackupOptions {
  readonly data?: string
  readonly config?: string
  readonly passphraseFile?: string
  readonly passphraseFd?: string
  readonly json?: boolean
}

const PASSPHRASE_BYTES = 4096

/** `veritee backup FILE` and `veritee restore FILE`. */
export function addBackup(program: Command, { io }: Face): void {
  described(program.command('backup <file>').description('writes keys and store of a service into one encrypted file'))
    .addHelpText(
      'after',
      '\nThe service may run meanwhile. Whoever has the file and the passphrase has every secret.\n\nExample:\n  $ veritee backup ./veritee.backup --data /var/lib/veritee --passphrase-file ./passphrase',
    )
    .action(async (path: string, options: BackupOptions) => {
      const passphrase = await readPassphrase(io, options)
      const report = await createBackup(configOf(options), { path, passphrase, now: io.now(), signal: io.signal })
      io.out(
        options.json ? `${JSON.stringify({ file: path, ...report })}\n` : `wrote ${path}: ${describeReport(report)}\n`,
      )
    })
  described(program.command('restore <file>').description('puts a backup back, where no keys and no records are yet'))
    .addHelpText(
      'after',
      '\nExample:\n  $ veritee restore ./veritee.backup --data /var/lib/veritee --passphrase-file ./passphrase',
    )
    .action(async (path: string, options: BackupOptions) => {
      const passphrase = await readPassphrase(io, options)
      const report = await restoreBackup(configOf(options), { path, passphrase, now: io.now(), signal: io.signal })
      io.out(options.json ? `${JSON.stringify({ file: path, ...report })}\n` : `restored ${describeReport(report)}\n`)
    })
}

const describeReport = ({ keys, records }: BackupReport) => `${count(keys, 'key')}, ${count(records, 'record')}`

function described(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder of the service (default: ./veritee-data)')
    .option('--config <file>', 'configuration of the service, for its store and keys')
    .option('--passphrase-file <file>', 'file with the passphrase, or - for standard input')
    .option('--passphrase-fd <number>', 'open file descriptor to read the passphrase from')
    .option('--json', 'print JSON')
}

function configOf({ config, data }: BackupOptions): ServiceConfigInput {
  const file = config === undefined ? {} : readConfigFile(config)
  return mergeConfig({ dir: './veritee-data', ...file }, { dir: data }) as unknown as ServiceConfigInput
}

/** The first line of what was named: never an argument, which other users of the machine could see. */
async function readPassphrase(io: Io, { passphraseFile, passphraseFd }: BackupOptions): Promise<string> {
  if ((passphraseFile === undefined) === (passphraseFd === undefined))
    throw new CliError('CLI_ARGUMENT_INVALID', 'give either --passphrase-file or --passphrase-fd')
  const bytes =
    passphraseFile === undefined
      ? readDescriptor(passphraseFd as string)
      : await readInput(io, passphraseFile, PASSPHRASE_BYTES)
  const [line = ''] = new TextDecoder().decode(bytes).split(/\r?\n/, 1)
  bytes.fill(0)
  return line
}

function readDescriptor(text: string): Uint8Array {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : -1
  try {
    const descriptor = openSync(`/dev/fd/${number}`, 'r')
    const bytes = readFileSync(descriptor)
    closeSync(descriptor)
    return bytes
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `file descriptor ${text} cannot be read`, { cause })
  }
}
