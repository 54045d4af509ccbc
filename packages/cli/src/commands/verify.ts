import { parseExpectations } from '@veritee/appraisal/expectations'
import { type JudgeOptions, judgeEvidence } from '@veritee/appraisal/judge'
import { decodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import type { CollateralFile } from '@veritee/evidence/collateral'
import type { TcbStatus } from '@veritee/evidence/dcap'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { fetchCollateral, readCollateral } from '../input/collateral.ts'
import { readInput } from '../input/file.ts'
import { fetchChipCertificates } from '../input/key-distribution.ts'
import { readTrust } from '../input/trust.ts'
import type { Io } from '../io.ts'
import type { Face } from '../program.ts'
import { renderJudgement } from '../render/judgement.ts'
import { toJson } from '../render/paint.ts'
import { readTime } from '../tdx/arguments.ts'
import { collect, splitList } from './options.ts'

interface VerifyOptions {
  readonly collateral: readonly string[]
  readonly pccs?: string
  readonly kds?: string | true
  readonly at?: string
  readonly reportData?: string
  readonly expect?: string
  readonly acceptTcb?: string
  readonly tee?: string
  readonly allowDebug?: boolean
  readonly allowExperimental?: boolean
  readonly allowVmpl?: string
  readonly allowAk: readonly string[]
  readonly trustSimulatedRoot: readonly string[]
  readonly trustTpmAuthority: readonly string[]
  readonly trustEnclaveRoot: readonly string[]
  readonly eventLog?: string
  readonly json?: boolean
}

/** Statuses that can be accepted by name; revoked platforms cannot. */
const ACCEPTABLE: readonly TcbStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
]

const EXAMPLES = `
Four answers in order, each yes, no or unasked: readable, genuine, fresh, expected.
Exit codes: 0 nothing asked came out no, 1 judged and refused, 2 malformed, wrong usage, or a service did not answer.

Examples:
  $ veritee verify quote.bin --collateral collateral.json
  $ veritee verify quote.bin --collateral bundles/ --at 2025-06-25T00:00:00Z
  $ veritee verify evidence.json --report-data 00112233 --expect expected.toml --json
  $ veritee verify report.bin --collateral vcek.der --collateral chain.pem --allow-vmpl 1
  $ veritee verify report.bin --kds
  $ veritee verify evidence.json --trust-tpm-authority manufacturer.pem --event-log binary_bios_measurements
  $ veritee verify demo/quote.bin --collateral demo/collateral.json --trust-simulated-root demo/root.pem`

/** `veritee verify`: is this evidence readable, genuine, fresh and expected? */
export function addVerify(program: Command, { io, exit }: Face): void {
  program
    .command('verify <file>')
    .description('judges evidence (- for standard input): raw, hex or base64, or evidence JSON')
    .option(
      '--collateral <file>',
      'bundle, certificate or revocation list, or a folder of them; may be repeated',
      collect,
      [],
    )
    .option('--pccs <url>', 'collateral service to ask when no --collateral is given')
    .option(
      '--kds [url]',
      "fetch the certificates of an AMD or Hygon chip from the vendor's key distribution service, or from this one",
    )
    .option('--tee <kind>', 'the kind that the evidence must be, such as snp; sample evidence is judged by name alone')
    .option('--at <time>', 'judge at this time instead of now, RFC 3339')
    .option('--report-data <hex>', 'report data that makes the evidence fresh')
    .option('--expect <file>', 'what the machine must be, JSON or TOML')
    .option('--accept-tcb <list>', 'TCB statuses to accept beside UpToDate, separated by commas')
    .option('--allow-debug', 'accept environments that can be debugged')
    .option('--trust-simulated-root <file>', 'trust this simulated root; may be given several times', collect, [])
    .option('--allow-vmpl <list>', 'SEV-SNP privilege levels to accept, separated by commas (default: 0)')
    .option('--allow-experimental', 'read formats whose layout is not settled: CSV reports of version 3')
    .option('--event-log <file>', 'event log to replay against the evidence, instead of the one inside')
    .option(
      '--trust-tpm-authority <file>',
      'authority of TPM attestation keys; may be given several times',
      collect,
      [],
    )
    .option(
      '--trust-enclave-root <file>',
      'root of the platform of enclave documents; may be given several times',
      collect,
      [],
    )
    .option('--allow-ak <sha256>', 'TPM attestation key to accept by the SHA-256 of its SPKI', collect, [])
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: VerifyOptions) => {
      const judgeOptions = await readOptions(io, options)
      const input = await readInput(io, file)
      const given =
        options.collateral.length > 0
          ? await readCollateral(io, options.collateral)
          : await fetchCollateral(io, input, options.pccs)
      const chip = await fetchChip(io, input, options.kds)
      const collateralFiles = [...given.collateralFiles, ...chip]
      const judgement = await judgeEvidence(input, { ...judgeOptions, ...given, collateralFiles })
      if (options.json) io.out(`${toJson(judgement)}\n`)
      else renderJudgement(io, judgement)
      exit(exitOf(judgement))
    })
}

async function fetchChip(io: Io, input: Uint8Array, kds: string | true | undefined): Promise<CollateralFile[]> {
  return kds === undefined ? [] : await fetchChipCertificates(io, input, kds === true ? undefined : kds)
}

function exitOf({ accepted, answers }: { accepted: boolean; answers: { readable: string } }): ExitCode {
  if (answers.readable === 'no') return EXIT.malformed
  return accepted ? EXIT.accepted : EXIT.refused
}

async function readOptions(io: Io, options: VerifyOptions): Promise<JudgeOptions> {
  const allowAk = options.allowAk.map(readKeyDigest)
  const trust = await readTrust(io, { ...options, allowAk })
  const text = options.expect === undefined ? undefined : await readInput(io, options.expect, 1024 * 1024)
  const acceptance: NonNullable<JudgeOptions['acceptance']> = {
    ...(options.acceptTcb === undefined ? {} : { tcbStatuses: readStatuses(options.acceptTcb) }),
    ...(options.allowDebug ? { allowDebug: true } : {}),
    ...(options.allowExperimental ? { csv: { allowExperimental: true } } : {}),
    ...(options.allowVmpl === undefined ? {} : { snp: { allowVmpl: readLevels(options.allowVmpl) } }),
  }
  return {
    now: options.at === undefined ? io.now() : readTime('--at', options.at),
    ...trust,
    ...(options.tee === undefined ? {} : nameKind(options.tee, trust)),
    acceptance,
    ...(options.eventLog === undefined ? {} : { eventLog: await readInput(io, options.eventLog) }),
    ...(options.reportData === undefined ? {} : { reportData: readHex('--report-data', options.reportData) }),
    ...(text === undefined ? {} : { expectations: parseExpectations(new TextDecoder().decode(text)) }),
  }
}

/** Sample evidence proves nothing, so whoever wants it judged says its name. */
function nameKind(tee: string, { trust }: Pick<JudgeOptions, 'trust'>): Pick<JudgeOptions, 'tee' | 'trust'> {
  return { tee, trust: { ...trust, ...(tee === 'sample' || tee === 'sampledevice' ? { sample: true } : {}) } }
}

/** @throws CliError CLI_ARGUMENT_INVALID for what is no SHA-256 and could match no key */
function readKeyDigest(text: string): Uint8Array {
  const digest = readHex('--allow-ak', text)
  if (digest.length !== 32) throw invalid('--allow-ak', '64 hexadecimal digits', text)
  return digest
}

function readLevels(list: string): number[] {
  return splitList(list).map((text) => {
    const level = Number(text)
    if (!Number.isInteger(level) || level < 0 || level > 3) throw invalid('--allow-vmpl', '0 to 3', text)
    return level
  })
}

function readStatuses(list: string): TcbStatus[] {
  const named = splitList(list).map((name) => {
    const status = ACCEPTABLE.find((known) => known.toLowerCase() === name.toLowerCase())
    if (status === undefined) throw invalid('--accept-tcb', ACCEPTABLE, name)
    return status
  })
  return ['UpToDate', ...named]
}

function readHex(option: string, text: string): Uint8Array {
  try {
    return decodeHex(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw invalid(option, 'hexadecimal digits', text)
  }
}

function invalid(option: string, expected: unknown, actual: unknown): CliError {
  return new CliError('CLI_ARGUMENT_INVALID', `${option} does not take this value.`, {
    details: { path: option, expected, actual },
  })
}
