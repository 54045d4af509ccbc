/** A machine that Trustee services were installed on: its files below a folder, and `veritee serve` in their place. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DcapWorld } from '@veritee/simulator'
import { type Outcome, root as repository, veritee } from './command.ts'
import { claimPort } from './port.ts'

const program = join(repository, 'packages', 'cli', 'bin', 'veritee.js')

/** Ports that stand for 8081, 8080, 50003, 50004 and 50005. */
export interface TrusteePorts {
  readonly gateway: number
  readonly broker: number
  readonly references: number
  readonly attestation: number
  readonly attestationHttp: number
}

export interface TrusteeSite {
  readonly folder: string
  readonly ports: TrusteePorts
  /** What the service prints. */
  readonly said: { out: string; err: string }
  put(path: string, content: string): string
  /** Runs `veritee serve --trustee-config` until the site is closed. */
  serve(...options: string[]): Promise<void>
  stop(): Promise<number | null>
  /**
   * Types lines of a guide in one shell, as root: `sudo` is there and does nothing, `/opt/trustee` and `/etc/trustee` are those
   * of the site, and the ports are the site's.
   */
  type(lines: string): Promise<Outcome>
  close(): Promise<void>
}

const claimPorts = async (): Promise<TrusteePorts> => ({
  gateway: await claimPort(),
  broker: await claimPort(),
  references: await claimPort(),
  attestation: await claimPort(),
  attestationHttp: await claimPort(),
})

/** Lays out the files as packages install them, but for the ports. */
export async function createTrusteeSite(world: DcapWorld): Promise<TrusteeSite> {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-walk-'))
  const ports = await claimPorts()
  const said = { out: '', err: '' }
  const put = (path: string, content: string) => {
    const whole = join(folder, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, content)
    return whole
  }
  const collateral = put('world/collateral.json', JSON.stringify(world.collateral('tdx')))
  const anchor = put('world/root.pem', world.root.pem)
  putFiles(put, ports)
  const programs = join(folder, 'bin')
  const installed = await veritee(['compat', 'install', programs, '--only', 'trustee'])
  if (installed.code !== 0) throw new Error(installed.err)
  let child: ChildProcess | undefined
  const place = ['--trustee-root', folder]
  const trust = ['--collateral', collateral, '--trust-simulated-root', anchor]

  return {
    folder,
    ports,
    said,
    put,
    async serve(...options) {
      const config = ['--trustee-config', join(folder, 'etc/trustee')]
      child = spawn(process.execPath, [program, 'serve', ...config, ...place, ...trust, ...options], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      await waitForWords(child, said)
    },
    async stop() {
      if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return code
    },
    type: (lines) =>
      typeLines(adapt(lines, { folder, ports, programs, trust: [...place, ...trust] }), folder, programs),
    async close() {
      child?.kill('SIGKILL')
      killStarted(folder)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function putFiles(put: TrusteeSite['put'], ports: TrusteePorts): void {
  const here = 'http://127.0.0.1'
  put(
    'etc/trustee/gateway.yml',
    `server:
  host: "0.0.0.0"
  port: ${ports.gateway}
kbs:
  url: "${here}:${ports.broker}"
attestation_service:
  url: "${here}:${ports.attestationHttp}"
rvps:
  grpc_addr: "127.0.0.1:${ports.references}"
database:
  type: "sqlite"
  path: "/opt/trustee/gateway/app/data/trustee-gateway.db"
logging:
  level: "debug"
audit:
  max_records: 1000
  retention_days: 3
  cleanup_interval_hours: 24
`,
  )
  put(
    'etc/trustee/kbs-config.toml',
    `[http_server]
sockets = ["0.0.0.0:${ports.broker}"]
insecure_http = true

[attestation_token]
insecure_key = true

[attestation_service]
type = "coco_as_grpc"
as_addr = "${here}:${ports.attestation}"


[admin]
auth_public_key = "/etc/trustee/public.pub"

[policy_engine]
policy_path = "/opt/trustee/kbs/policy.rego"

[[plugins]]
name = "resource"
type = "LocalFs"
dir_path = "/opt/trustee/kbs/repository"
`,
  )
  put(
    'etc/trustee/as-config.json',
    JSON.stringify({
      work_dir: '/opt/trustee/attestation-service',
      policy_engine: 'opa',
      rvps_config: { type: 'GrpcRemote', address: `${here}:${ports.references}` },
      attestation_token_broker: {
        type: 'Ear',
        duration_min: 5,
        policy_dir: '/opt/trustee/attestation-service/policies',
      },
    }),
  )
  put(
    'etc/trustee/rvps.json',
    JSON.stringify({
      storage: { type: 'LocalJson', file_path: '/opt/trustee/attestation-service/reference_values' },
    }),
  )
}

function waitForWords(child: ChildProcess, said: TrusteeSite['said']): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      said.out += part
      if (said.out.includes('listening on') && said.out.includes('\n')) resolve()
    })
    child.stderr?.on('data', (part: Buffer) => {
      said.err += part
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`veritee serve ended with ${code}: ${said.err}`)))
  })
}

interface Surroundings {
  readonly folder: string
  readonly ports: TrusteePorts
  readonly programs: string
  /** Options that the gateway takes beside those of the guide. */
  readonly trust: readonly string[]
}

function adapt(lines: string, { folder, ports, programs, trust }: Surroundings): string {
  return lines
    .replaceAll('/usr/bin', programs)
    .replaceAll(/(?<![\w/.-])\/((?:opt|etc)\/(?:trustee|confidential-containers))\b/g, `${folder}/$1`)
    .replaceAll(/(?<![/\w])veritee (?:attestations|secret) \w+/g, `$& --url http://127.0.0.1:${ports.gateway}`)
    .replaceAll(/(?<![/\w])veritee (?=compat|serve|attestations|secret)/g, `${process.execPath} ${program} `)
    .replaceAll(/(trustee-gateway --config \S+)/g, `$1 ${trust.join(' ')}`)
    .replaceAll(/\((\S*\/([\w-]+) [^\n]*?) &\)/g, `($1 > ${folder}/$2.log 2>&1 & echo $! > ${folder}/$2.pid)`)
    .replaceAll(':8081/', `:${ports.gateway}/`)
    .replaceAll(/\brvps-tool (\w+)/g, `rvps-tool $1 --addr http://127.0.0.1:${ports.references}`)
}

/** Ends what typed lines left running. */
function killStarted(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.pid'))) {
    try {
      process.kill(Number(readFileSync(join(folder, name), 'utf8')), 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

function typeLines(lines: string, cwd: string, programs: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-ec', `sudo() { "$@"; }\n${lines}`], {
      cwd,
      env: { ...process.env, PATH: `${programs}:${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (part: Buffer) => {
      out += part
    })
    child.stderr.on('data', (part: Buffer) => {
      err += part
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}
