/** The programs of Trustee services: the gateway starts the one service that does the work of all of them. */
import { type CompatFile, type CompatSettings, createProgramFile, quoteWord } from './file.ts'

/** Programs that guides start beside the gateway. */
const OTHERS = ['kbs', 'grpc-as', 'restful-as', 'rvps'] as const

export function listTrusteeFiles(settings: CompatSettings): readonly CompatFile[] {
  const veritee = settings.command.map(quoteWord).join(' ')
  const trust =
    settings.world === undefined
      ? ''
      : ` --collateral ${quoteWord(`${settings.world}/collateral.json`)} --trust-simulated-root ${quoteWord(`${settings.world}/root.pem`)}`
  return [
    createProgramFile('rvps-tool', [`exec ${veritee} refs tool "$@"`]),
    createProgramFile('trustee-gateway', createGateway(veritee, trust)),
    ...OTHERS.map((name) =>
      createProgramFile(name, [
        `echo '${name}: trustee-gateway starts one service that does this work too; there is nothing else to start' >&2`,
      ]),
    ),
  ]
}

/** The gateway's configuration file says where the other files are; what it does not know goes to `veritee serve`. */
function createGateway(veritee: string, trust: string): readonly string[] {
  return [
    'config=/etc/trustee/gateway.yml',
    'if [ $# -gt 0 ] && { [ "$1" = --config ] || [ "$1" = -config ]; }; then',
    '  [ $# -ge 2 ] || { echo "usage: trustee-gateway [--config FOLDER/gateway.yml]" >&2; exit 2; }',
    '  config=$2',
    '  shift 2',
    'fi',
    'case $config in',
    '  gateway.yml | */gateway.yml | gateway.yaml | */gateway.yaml) ;;',
    '  *) echo "trustee-gateway: the file must be called gateway.yml or gateway.yaml; kbs-config.toml, as-config.json and rvps.json are read beside it" >&2; exit 2 ;;',
    'esac',
    `exec ${veritee} serve --trustee-config "$(dirname -- "$config")"${trust} "$@"`,
  ]
}
