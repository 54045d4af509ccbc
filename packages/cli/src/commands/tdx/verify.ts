import {
  appraiseIntel,
  createResultDocument,
  createVerificationResult,
  encodeResultToken,
  type IntelPolicy,
  type IntelSigning,
  writeJson,
} from '@veritee/appraisal/intel'
import { type DcapRoot, INTEL_SGX_ROOT, parseDcapRoot, verifyDcapQuote } from '@veritee/evidence/dcap'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import type { Face } from '../../program.ts'
import { createPaint } from '../../render/paint.ts'
import { explainDifferences, explainReports } from '../../tdx/appraisal-text.ts'
import { acceptSingleDash, readChoice, readTime } from '../../tdx/arguments.ts'
import { readSigner } from '../../tdx/key-file.ts'
import { readPolicyFile, readSignedPolicy, warn } from '../../tdx/policy-files.ts'
import { findCollateral, readQuote } from '../../tdx/quote-input.ts'
import { collect } from '../options.ts'

interface VerifyOptions {
  readonly quote: string
  readonly policy: readonly string[]
  readonly resultKey?: string
  readonly unsigned?: boolean
  readonly allowUnsignedPolicy?: boolean
  readonly userData?: string
  readonly collateral: readonly string[]
  readonly pccs?: string
  readonly at?: string
  readonly trustSimulatedRoot: readonly string[]
  readonly shape: string
  readonly intelCompatible?: boolean
  readonly json?: boolean
}

const EXAMPLES = `
Prints the result as a token, signed with --result-key. Platform and quoting enclave are judged by a built-in strict
policy (UpToDate, nothing expired) unless one is given. What failed is said on standard error.
Exit codes: 0 overall result 1, 1 anything else, 2 malformed or wrong usage.

Examples:
  $ veritee tdx verify -quote quote.dat --policy tenant_td_policy.jwt --result-key result.pem > result.jwt
  $ veritee tdx verify -quote quote.dat --policy policy.jwt --unsigned --collateral collateral.json`

/** `veritee tdx verify`: verifies a quote and appraises it; the result is a token. */
export function addVerify(tdx: Command, { io, exit }: Face): void {
  const command = tdx
    .command('verify')
    .description('verifies a quote, appraises it by signed policies, and prints the result as a token')
    .requiredOption('--quote <file>', 'quote (- for standard input); -quote is accepted too')
    .option('--policy <file>', 'signed policy; may be given several times', collect, [])
    .option('--allow-unsigned-policy', 'accept policies that nobody signed')
    .option('--result-key <file>', 'private key on P-384 that signs the result, PEM')
    .option('--unsigned', 'print a result that nobody signed')
    .option('--user-data <text>', 'text that the quote’s report data binds')
    .option('--collateral <file>', 'collateral bundle, or a folder of them; may be given several times', collect, [])
    .option('--pccs <url>', 'collateral service to ask when no --collateral is given')
    .option('--at <time>', 'judge at this time instead of now, RFC 3339')
    .option('--trust-simulated-root <file>', 'trust this simulated root; may be given several times', collect, [])
    .option('--shape <shape>', 'of the result: array or object', 'array')
    .option('--intel-compatible', 'judge as Intel’s own engine does, and say where that differs')
    .option('--json', 'print JSON: the token, the result and every check')
    .addHelpText('after', EXAMPLES)
    .action((options: VerifyOptions) => verify({ io, exit }, options))
  acceptSingleDash(command, ['quote', 'policy'])
}

async function verify({ io, exit }: Pick<Face, 'io' | 'exit'>, options: VerifyOptions): Promise<void> {
  const shape = readChoice('--shape', ['array', 'object'] as const, options.shape)
  const signing = await readSigning(io, options)
  const policies = await readPolicies(io, options)
  const now = options.at === undefined ? io.now() : readTime('--at', options.at)
  const roots: DcapRoot[] = [INTEL_SGX_ROOT]
  for (const path of options.trustSimulatedRoot) roots.push(parseDcapRoot(await readInput(io, path, 65_536)))
  const quote = await readQuote(io, options.quote)
  const collateral = await findCollateral(io, quote, options.collateral, options.pccs)
  // Whether something expired may be accepted is for the policy to say.
  const verified = await verifyDcapQuote(quote, { collateral, now, roots, allowExpired: true })
  const intelCompatible = options.intelCompatible ?? false
  const verification = createVerificationResult(verified, collateral, {
    now,
    intelCompatible,
    platformProviderId: policies.some(({ reference }) => reference['accepted_platform_provider_ids'] !== undefined),
    ...(options.userData === undefined ? {} : { userData: options.userData }),
  })
  const { result, reports, differences, warnings } = appraiseIntel(verification, policies, { now, intelCompatible })
  const token = await encodeResultToken(result, signing, shape)
  if (options.json) {
    const [document] = createResultDocument(result, shape) as readonly [object]
    io.out(`${writeJson({ token, ...document, reports, differences, warnings, simulated: result.simulated })}\n`)
  } else io.out(`${token}\n`)
  warn(io, 'policies', warnings)
  if (result.simulated) io.err('SIMULATED: the result rests on a simulated root\n')
  if (signing === 'unsigned') io.err('warning: the result is not signed; anyone can write one like it\n')
  for (const line of explainReports(reports, createPaint(false), false)) io.err(`${line}\n`)
  for (const line of explainDifferences(differences)) io.err(`${line}\n`)
  io.err(`overall_appraisal_result ${result.overall}\n`)
  exit(result.overall === 1 ? EXIT.accepted : EXIT.refused)
}

async function readSigning(io: Io, { resultKey, unsigned }: VerifyOptions): Promise<IntelSigning> {
  if (resultKey !== undefined && !unsigned) return await readSigner(io, resultKey)
  if (unsigned && resultKey === undefined) return 'unsigned'
  throw new CliError(
    'CLI_ARGUMENT_INVALID',
    'Say how the result is signed: --result-key FILE, or --unsigned by name.',
    {
      details: {
        path: '--result-key',
        expected: 'one of --result-key and --unsigned',
        actual: unsigned ? 'both' : 'none',
      },
    },
  )
}

async function readPolicies(io: Io, options: VerifyOptions): Promise<readonly IntelPolicy[]> {
  const reading = options.intelCompatible ? { intelCompatible: true } : {}
  const policies: IntelPolicy[] = []
  for (const path of options.policy) {
    const read = options.allowUnsignedPolicy
      ? await readPolicyFile(io, path, reading)
      : await readSignedPolicy(io, path, reading)
    warn(io, path, read.warnings)
    policies.push(...read.policies)
  }
  return policies
}
