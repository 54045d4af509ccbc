import type { Command } from 'commander'
import type { AdminOptions } from '../../input/admin.ts'

const URL_DEFAULT = 'http://127.0.0.1:8081'

export interface RefsOptions extends AdminOptions {
  readonly json?: boolean
}

/** Options of every command that speaks to a service as its administrator. */
export function administered(command: Command): Command {
  return command
    .option('--url <url>', 'the service', URL_DEFAULT)
    .option('--data <dir>', 'data folder of the service, to find keys/admin.pem in', './veritee-data')
    .option('--admin-key <file>', 'administrator key, if it is elsewhere')
    .option('--ca-file <file>', 'certificates to trust for the service, PEM')
    .option('--json', 'print JSON')
}

export interface SetOption {
  readonly set: string
}

/** As {@link administered}, for commands that work on one set. */
export function onSet(command: Command): Command {
  return administered(command).option('--set <name>', 'the reference set', 'default')
}
