/**
 * Makes a fresh machine ready: npm packages (which bring the pinned Node), system packages where it is root, the build.
 * Runs on any Node from 20, because it is what installs the newer one. Idempotent, and quick when nothing changed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
export const bin = join(root, 'node_modules', '.bin')
/** The pinned Node that everything after setup runs on. */
export const node = join(bin, 'node')

/** System packages by the program that proves them present, on the path or in a folder of its own. */
const SYSTEM = [
  { program: 'openssl', package: 'openssl', why: 'second opinion in the tests' },
  { program: 'chromium', package: 'chromium', why: 'the browser claims of the tests' },
  { program: 'jq', package: 'jq', why: 'the guide to TDX guests as a test' },
  { program: 'make', package: 'make', why: 'the guide to TDX guests as a test' },
  { program: 'xxd', package: 'xxd', why: 'the guide to TDX guests as a test' },
  { program: 'curl', package: 'curl', why: 'the pages that the tests type' },
  { program: 'systemd-analyze', package: 'systemd', why: 'the units for packagers in the tests' },
  { program: 'swtpm', package: 'swtpm', why: 'a real TPM in the tests' },
  {
    program: 'initdb',
    package: 'postgresql',
    folders: '/usr/lib/postgresql',
    why: 'the store for many replicas in the tests',
  },
]

const say = (text) => process.stderr.write(`${text}\n`)

function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  if (result.error) throw result.error
  return result
}

/** Programs of versioned packages lie in `FOLDERS/VERSION/bin`. */
function isPresent({ program, folders }) {
  if (folders === undefined) return onPath(program)
  return (
    existsSync(folders) && readdirSync(folders).some((version) => existsSync(join(folders, version, 'bin', program)))
  )
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))
}

function installPackages() {
  const inputs = ['package.json', 'package-lock.json'].map((name) => readFileSync(join(root, name)))
  const wanted = createHash('sha256').update(process.arch).update(inputs[0]).update(inputs[1]).digest('hex')
  const stamp = join(root, '.setup', 'packages')
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('setup: npm packages and the pinned Node (about half a minute)')
  // Not `npm ci`: it insists on optional packages of other platforms, which not every registry mirror carries.
  const result = run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
  if (result.status !== 0) {
    say(result.stderr)
    say('setup: npm install failed; see above. With a working registry, run `npm run setup` again.')
    process.exit(1)
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}

/** Installs what is missing when root; otherwise prints the one line to run. Returns the programs still missing. */
function installSystem() {
  const missing = SYSTEM.filter((entry) => !isPresent(entry))
  if (missing.length === 0) return []
  const names = missing.map((entry) => entry.package)
  const line = `apt-get install -y --no-install-recommends ${names.join(' ')}`
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    say(`setup: not installed, because that needs root on Debian: run \`sudo ${line}\``)
    for (const entry of missing) say(`setup:   without ${entry.program}: no ${entry.why}`)
    return missing
  }
  say(`setup: system packages ${names.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-q'], { env })
  const result = run('apt-get', line.split(' ').slice(1), { env })
  if (result.status !== 0) {
    say(result.stderr.split('\n').slice(-5).join('\n'))
    say(`setup: going on without ${names.join(', ')}; what needs them is skipped by name`)
  }
  return SYSTEM.filter((entry) => !isPresent(entry))
}

function build() {
  const result = run(node, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--build'])
  if (result.status !== 0) {
    say(result.stdout)
    say('setup: the build failed; see above')
    process.exit(1)
  }
}

/** Does all of it. `system: false` leaves the system packages alone. */
export function setup(options = { system: true }) {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20) {
    say(`setup: needs Node 20 or newer to begin with, this is ${process.versions.node}`)
    process.exit(1)
  }
  installPackages()
  if (options.system) installSystem()
  build()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  say('setup: ready. `npx veritee --help` shows the commands.')
}
