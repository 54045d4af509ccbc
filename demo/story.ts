/**
 * `npm start`: the main job, told once. A secret is stored; a simulated TDX guest proves itself and gets it; the same
 * guest with one changed measurement is refused and told which value differs. Then the service keeps running.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseQuote } from '@veritee/evidence/dcap'
import { createKeyClient } from '@veritee/guest'
import { createService, type Service } from '@veritee/service'
import { createAdminToken } from '@veritee/service/admin'
import { createDcapWorld, type DcapWorld, loadWorld, saveWorld } from '@veritee/simulator'
import { findGenuine, judgeGenuine } from './genuine.ts'
import { createGuest } from './guest.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const home = join(root, 'veritee-demo')
const URI = 'kbs:///default/local-resources/data'

const { values: given } = parseArgs({
  options: {
    quote: { type: 'string' },
    collateral: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:8081' },
  },
})

const say = (text = '') => process.stdout.write(`${text}\n`)
const now = () => Math.floor(Date.now() / 1000)

let steps = 0
/** One step of the story; those that this machine cannot tell leave no gap. */
const sayStep = (text: string) => say(`${++steps}  ${text}`)

async function openWorld(): Promise<DcapWorld> {
  const folder = join(home, 'world')
  if (existsSync(join(folder, 'world.json'))) return await loadWorld(folder, now())
  const world = createDcapWorld({ now: now() })
  mkdirSync(home, { recursive: true, mode: 0o700 })
  await saveWorld(world, folder)
  return world
}

/** The demo's service pins the measurement of its guest and trusts one simulated root, both by name. */
async function openService(world: DcapWorld): Promise<Service> {
  const quote = parseQuote(world.issueTdxQuote())
  if (quote.tee !== 'tdx') throw new Error('the simulated quote is of no TD')
  const expected = { tee: ['tdx'], claims: { 'tdx.quote.body.mr_td': encodeHex(quote.body.mrTd) } }
  writeFileSync(join(home, 'expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`)
  writeFileSync(join(home, 'collateral.json'), `${JSON.stringify(world.collateral('tdx'), undefined, 2)}\n`)
  return await createService({
    dir: join(home, 'data'),
    listen: given.listen,
    collateral: { bundles: [join(home, 'collateral.json')] },
    trustSimulatedRoots: [join(home, 'world', 'root.pem')],
    expect: join(home, 'expected.json'),
    log: { level: 'error' },
  })
}

async function openingOfRealHardware(): Promise<void> {
  const files = findGenuine(given, root)
  if (files === undefined) return
  const { judgement, at } = await judgeGenuine(files)
  sayStep(`A quote of real ${judgement.tee?.toUpperCase()} hardware, judged at ${at.toISOString()}:`)
  const { readable, genuine, fresh, expected } = judgement.answers
  say(
    `   readable ${readable}, genuine ${genuine}, fresh ${fresh}, expected ${expected}; TCB status ${judgement.status}; root ${judgement.root}`,
  )
  say(`   ${judgement.checks.filter((check) => check.result === 'pass').length} checks passed`)
}

async function storeSecret(url: string, service: Service, secret: string): Promise<void> {
  const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: now() })
  const response = await fetch(`${url}/kbs/v0/resource/default/local-resources/data`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: secret,
  })
  if (!response.ok) throw new Error(`the service answered ${response.status}: ${await response.text()}`)
  sayStep(`A secret is stored as ${URI}.`)
}

async function provenGuest(url: string, world: DcapWorld, secret: string): Promise<void> {
  const got = await createKeyClient({ url, attester: createGuest(world) }).get(URI)
  const same = new TextDecoder().decode(got) === secret
  sayStep(
    `A SIMULATED TDX guest proves what it is and gets it: ${same ? 'the very same bytes' : 'OTHER BYTES, which is a defect'}.`,
  )
  if (!same) process.exitCode = 1
}

async function changedGuest(url: string, world: DcapWorld): Promise<void> {
  const changed = createGuest(world, { mrTd: 'c0'.repeat(48) })
  const outcome = await createKeyClient({ url, attester: changed, attempts: 1 })
    .get(URI)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  if (!isCodedError(outcome)) {
    sayStep('The same guest with one changed measurement GOT THE SECRET, which is a defect.')
    process.exitCode = 1
    return
  }
  sayStep(`The same guest with one changed measurement is refused [${outcome.code}]:`)
  const findings = (outcome.details['findings'] ?? []) as {
    path: string
    expected?: unknown
    actual?: unknown
    severity: string
  }[]
  for (const finding of findings.filter(({ severity }) => severity === 'error')) {
    say(`   ${finding.path}`)
    say(`     expected ${JSON.stringify(finding.expected)}`)
    say(`     actual   ${JSON.stringify(finding.actual)}`)
  }
}

const world = await openWorld()
const service = await openService(world)
const { url } = await service.start().catch((error: unknown) => {
  if (!isCodedError(error)) throw error
  process.stderr.write(
    `start: ${error.message} [${error.code}]\n  next: ${error.next}\n  or another port: npm start -- --listen 127.0.0.1:8082\n`,
  )
  process.exit(1)
})
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

say()
say('Veritee: a machine proves what it is; only then does it get its keys.')
say()
const secret = randomBytes(32).toString('base64')
await openingOfRealHardware()
await storeSecret(url, service, secret)
await provenGuest(url, world, secret)
await changedGuest(url, world)
say()
say(`The service runs on ${url} until Ctrl-C. Try next, in another terminal:`)
say(`  curl ${url}/healthz`)
say(
  '  npx veritee simulate tdx --out ./demo-tdx && npx veritee verify ./demo-tdx/quote.bin --collateral ./demo-tdx/collateral.json --trust-simulated-root ./demo-tdx/root.pem',
)
say(`  npx veritee secret get ${URI} --url ${url} --attester simulated --world ./veritee-demo/world`)
if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
await service.stop()
