import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeHex } from '@veritee/codec/bytes'
import { parseQuote } from '@veritee/evidence/dcap'
import { createDcapWorld, encodeSgxEvidence, encodeTdxEvidence, loadWorld, saveWorld } from '@veritee/simulator'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { makeFolder, writeOutput } from '../output/file.ts'
import type { Face } from '../program.ts'
import { DCAP_CASES } from '../simulate/dcap.ts'
import { jsonOf, type SimulatedKind } from '../simulate/kind.ts'
import { SIMULATED_KINDS } from '../simulate/kinds.ts'

/** Registers that options set, by the member of the simulator's options; each value is hexadecimal. */
const TDX_REGISTERS = {
  mrTd: 'measurement of the initial memory, 48 bytes',
  rtmr0: 'runtime register 0, 48 bytes',
  rtmr1: 'runtime register 1, 48 bytes',
  rtmr2: 'runtime register 2, 48 bytes',
  rtmr3: 'runtime register 3, 48 bytes',
  mrConfigId: 'configuration id, 48 bytes',
  mrOwner: 'owner, 48 bytes',
} as const
const SGX_REGISTERS = {
  mrEnclave: 'measurement of the enclave, 32 bytes',
  mrSigner: 'signer of the enclave, 32 bytes',
} as const

interface SimulateOptions {
  readonly out: string
  readonly reportData?: string
  readonly break?: string
  readonly json?: boolean
  readonly [register: string]: unknown
}

/** `veritee simulate KIND`: evidence under a root of its own, valid or broken in precisely one way. */
export function addSimulate(program: Command, { io }: Face): void {
  const simulate = program.command('simulate').description('makes simulated evidence and what is needed to judge it')
  for (const [tee, registers] of [
    ['tdx', TDX_REGISTERS],
    ['sgx', SGX_REGISTERS],
  ] as const) {
    const command = simulate
      .command(tee)
      .description(`a simulated ${tee.toUpperCase()} platform and one quote of it`)
      .requiredOption('--out <dir>', 'folder to write; a world that is there already is used again')
      .option('--report-data <hex>', 'report data, up to 64 bytes')
    for (const [name, what] of Object.entries(registers)) command.option(`--${kebab(name)} <hex>`, what)
    if (tee === 'tdx') command.option('--break <code>', 'break the evidence so that verification raises this code')
    command
      .option('--json', 'print JSON')
      .addHelpText('after', helpOf(tee, tee === 'tdx' ? DCAP_CASES.map(({ code }) => code) : []))
      .action((options: SimulateOptions) => simulateDcap(io, tee, Object.keys(registers), options))
  }
  for (const kind of SIMULATED_KINDS) {
    const command = simulate
      .command(kind.name)
      .description(kind.title)
      .requiredOption('--out <dir>', 'folder to write; a world that is there already is used again')
      .option('--report-data <hex>', kind.question)
    for (const [name, what] of Object.entries(kind.registers)) command.option(`--${kebab(name)} <value>`, what)
    if (kind.breakages.length > 0)
      command.option('--break <code>', 'break the evidence so that verification raises this code')
    command
      .option('--json', 'print JSON')
      .addHelpText('after', helpOf(kind.name, kind.breakages))
      .action((options: SimulateOptions) => simulateOther(io, kind, options))
  }
}

async function simulateOther(io: Io, kind: SimulatedKind, options: SimulateOptions): Promise<void> {
  const { out, reportData } = options
  if (options.break !== undefined && !kind.breakages.includes(options.break))
    throw unbreakable(options.break, kind.breakages)
  const values = Object.fromEntries(
    Object.keys(kind.registers).flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]])),
  )
  makeFolder(out)
  const made = await kind.make(out, {
    exists: await exists(join(out, 'world.json')),
    now: io.now(),
    values,
    ...(reportData === undefined ? {} : { reportData }),
    ...(options.break === undefined ? {} : { breakage: options.break }),
  })
  for (const [name, content] of Object.entries(made.files)) writeOutput(join(out, name), content)
  report(io, options, {
    name: kind.name,
    files: [...Object.keys(made.files), ...(kind.root === undefined ? [] : [kind.root])],
    evidence: made.evidence,
    collateral: made.collateral,
    ...(kind.root === undefined ? {} : { root: kind.root }),
    ...(made.options === undefined ? {} : { options: made.options }),
  })
}

interface Written {
  readonly name: string
  readonly files: readonly string[]
  readonly evidence: string
  readonly collateral: readonly string[]
  readonly root?: string
  readonly options?: string
}

/** Says what was written, and the line that judges it. */
function report(
  io: Io,
  options: SimulateOptions,
  { name, files, evidence, collateral, root, options: more }: Written,
): void {
  const { out } = options
  const given = collateral.map((file) => ` --collateral ${join(out, file)}`).join('')
  // A root that is not trusted is what such a case is about.
  const isTrusted = root !== undefined && options.break?.endsWith('_CHAIN_ROOT') !== true
  const words = [
    `veritee verify ${join(out, evidence)}${given}`,
    ...(isTrusted ? [`--trust-simulated-root ${join(out, root)}`] : []),
    ...(more === undefined ? [] : [more]),
    // Broken evidence need not answer any question.
    ...(options.reportData === undefined || options.break !== undefined ? [] : [`--report-data ${options.reportData}`]),
  ]
  const verify = words.join(' ')
  if (options.json) io.out(`${JSON.stringify({ simulated: true, folder: out, files, verify })}\n`)
  else io.out(`SIMULATED ${name} evidence in ${out}: ${files.join(', ')}\njudge it: ${verify}\n`)
}

function unbreakable(code: string, known: readonly string[]): CliError {
  return new CliError('CLI_ARGUMENT_INVALID', `No simulated evidence of this kind raises ${code}.`, {
    details: { path: '--break', expected: known, actual: code },
  })
}

async function simulateDcap(
  io: Io,
  tee: 'tdx' | 'sgx',
  registers: readonly string[],
  options: SimulateOptions,
): Promise<void> {
  const { out } = options
  makeFolder(out)
  const world = (await exists(join(out, 'world.json')))
    ? await loadWorld(out, io.now())
    : createDcapWorld({ now: io.now() })
  const values = Object.fromEntries(
    registers.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
  const quoteOptions = { ...values, ...(options.reportData === undefined ? {} : { reportData: options.reportData }) }
  const made =
    options.break === undefined
      ? {
          quote: tee === 'tdx' ? world.issueTdxQuote(quoteOptions) : world.issueSgxQuote(quoteOptions),
          collateral: world.collateral(tee),
        }
      : breakageOf(options.break).apply(world)
  if (!(await exists(join(out, 'world.json')))) await saveWorld(world, out)
  const evidence = tee === 'tdx' ? encodeTdxEvidence(made.quote) : encodeSgxEvidence(made.quote)
  writeOutput(join(out, 'quote.bin'), made.quote)
  writeOutput(join(out, 'evidence.json'), `${evidence}\n`)
  writeOutput(join(out, 'collateral.json'), jsonOf(made.collateral))
  writeOutput(join(out, 'guest.json'), jsonOf(values))
  const expected = options.break === undefined ? expectationsOf(made.quote) : undefined
  if (expected !== undefined) writeOutput(join(out, 'expected.json'), jsonOf(expected))
  const files = [
    'quote.bin',
    'evidence.json',
    'collateral.json',
    'root.pem',
    'guest.json',
    ...(expected === undefined ? [] : ['expected.json']),
  ]
  report(io, options, { name: tee, files, evidence: 'quote.bin', collateral: ['collateral.json'], root: 'root.pem' })
}

/** Expectations that this very machine meets, for `verify --expect` and `serve --expect`. */
function expectationsOf(bytes: Uint8Array): Record<string, unknown> {
  const quote = parseQuote(bytes)
  const claims =
    quote.tee === 'tdx'
      ? { 'tdx.quote.body.mr_td': encodeHex(quote.body.mrTd) }
      : { 'sgx.body.mr_enclave': encodeHex(quote.body.mrEnclave) }
  return { tee: [quote.tee], claims }
}

/** @throws CliError CLI_ARGUMENT_INVALID */
function breakageOf(code: string) {
  const breakage = DCAP_CASES.find((entry) => entry.code === code)
  if (breakage !== undefined) return breakage
  throw unbreakable(
    code,
    DCAP_CASES.map((entry) => entry.code),
  )
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function helpOf(tee: string, breakages: readonly string[]): string {
  const examples = [`veritee simulate ${tee} --out ./demo-${tee}`]
  if (tee === 'tdx') examples.push(`veritee simulate tdx --out ./demo-tdx --mr-td ${'00'.repeat(48)}`)
  const broken = breakages.find((code) => code.endsWith('SIGNATURE_INVALID')) ?? breakages[0]
  if (broken !== undefined) examples.push(`veritee simulate ${tee} --out ./broken --break ${broken}`)
  return `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`
}
