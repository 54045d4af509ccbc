/** A throw-away PostgreSQL cluster on a unix socket, from the binaries that Debian's package `postgresql` brings. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

const ROOT = '/usr/lib/postgresql'

/** Where the newest server's programs are; undefined without the package. */
export function findPostgresql(): string | undefined {
  if (!existsSync(ROOT)) return undefined
  const [newest] = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a))
  const bin = join(ROOT, newest ?? '', 'bin')
  return existsSync(join(bin, 'initdb')) ? bin : undefined
}

/** Why the tests on PostgreSQL are skipped; undefined when they run. */
export const POSTGRESQL_ABSENT: string | undefined =
  findPostgresql() === undefined ? "PostgreSQL's server is not installed (Debian: postgresql)" : undefined

export interface Cluster {
  /** The address of a schema of its own, made fresh by each call. */
  createUrl(): Promise<string>
  /** Ends the server at once, as a crash would. */
  kill(): void
  start(): void
  /** Ends the server and removes its files. */
  remove(): void
}

/** @param options.durable commits wait for the disk, as in operation; tests do without */
export function createCluster(options: { durable?: boolean } = {}): Cluster {
  const bin = findPostgresql() as string
  const directory = mkdtempSync(join(tmpdir(), 'veritee-pg-'))
  const data = join(directory, 'data')
  // The server refuses to run as root: then it runs as the user that the package made.
  const asRoot = process.getuid?.() === 0
  const run = (program: string, ...args: string[]) => {
    const command = [join(bin, program), ...args]
    const [name, ...rest] = asRoot
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', ...command]
      : command
    execFileSync(name as string, rest, {
      stdio: 'ignore',
      cwd: directory,
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    })
  }
  if (asRoot) execFileSync('chown', ['postgres', directory])
  chmodSync(directory, 0o700)
  run('initdb', '-D', data, '-U', 'veritee', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')
  const settings = `-c listen_addresses= -c unix_socket_directories=${directory} -c fsync=${options.durable === true ? 'on' : 'off'} -c max_connections=60 -c shared_buffers=16MB`
  const start = () => run('pg_ctl', '-D', data, '-w', '-o', settings, '-l', join(directory, 'log'), 'start')
  const stop = () => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop')
  start()
  let schemas = 0
  return {
    async createUrl() {
      const schema = `s${++schemas}`
      const base = `postgresql://veritee@/postgres?host=${encodeURIComponent(directory)}`
      const client = new pg.Client({ connectionString: base })
      await client.connect()
      await client.query(`CREATE SCHEMA ${schema}`)
      await client.end()
      return `${base}&options=${encodeURIComponent(`-c search_path=${schema}`)}`
    },
    kill: stop,
    start,
    remove() {
      try {
        stop()
      } catch {
        // It was ended by its test.
      }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
