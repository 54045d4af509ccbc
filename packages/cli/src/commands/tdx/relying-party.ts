import {
  authenticatePolicyOwners,
  authenticateResult,
  encodeIntelResult,
  type IntelResult,
  readResultToken,
  type TokenTrust,
  verifyResultToken,
} from '@veritee/appraisal/intel'
import { decodeUtf8 } from '@veritee/codec/bytes'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import type { Face } from '../../program.ts'
import { printable } from '../../render/paint.ts'
import { explainDifferences } from '../../tdx/appraisal-text.ts'
import { acceptSingleDash, readChoice } from '../../tdx/arguments.ts'
import { readPublicKey } from '../../tdx/key-file.ts'
import { readSignedPolicy } from '../../tdx/policy-files.ts'
import { readQuote } from '../../tdx/quote-input.ts'
import { collect } from '../options.ts'

interface RelyingPartyOptions {
  readonly verify?: boolean
  readonly authenticate?: boolean
  readonly resultKey: readonly string[]
  readonly allowUnsigned?: boolean
  readonly policy: readonly string[]
  readonly policyKey: readonly string[]
  readonly quote?: string
  readonly shape: string
  readonly intelCompatible?: boolean
  readonly json?: boolean
}

const EXAMPLES = `
Reads a token from standard input and prints one line "json payload:" followed by the result as JSON. With -v only a
token signed by --result-key passes; with -a the result must also have been made under the policies (--policy) or by
the policy owners (--policy-key) named. Neither asks what the result says: look at overall_appraisal_result.
Exit codes: 0 authentic and 1 overall, 1 refused, 2 malformed or wrong usage.

Examples:
  $ veritee tdx relying-party -v --result-key result.pub.pem < result.jwt
  $ veritee tdx relying-party -v -a --result-key result.pub.pem --policy tenant_td_policy.jwt --quote quote.dat < result.jwt`

/** `veritee tdx relying-party`: authenticates a result before anyone relies on it. */
export function addRelyingParty(tdx: Command, { io, exit }: Face): void {
  const command = tdx
    .command('relying-party [file]')
    .description('verifies a result token from a file or standard input, and prints what it says')
    .option('-v, --verify', 'verify the signature of the token')
    .option('-a, --authenticate', 'authenticate the policies it was made under')
    .option('--result-key <file>', 'public key of a verifier to trust, PEM; may be given several times', collect, [])
    .option('--allow-unsigned', 'with -v: let tokens pass that nobody signed')
    .option('--policy <file>', 'with -a: signed policy; may be given several times', collect, [])
    .option(
      '--policy-key <file>',
      'with -a: public key of a policy owner, PEM; may be given several times',
      collect,
      [],
    )
    .option('--quote <file>', 'the result must be about this quote')
    .option('--shape <shape>', 'of the JSON: object or array', 'object')
    .option('--intel-compatible', 'authenticate as Intel’s own library does, and say where that differs')
    .option('--json', 'print the result as JSON alone')
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, options: RelyingPartyOptions) => rely({ io, exit }, file ?? '-', options))
  acceptSingleDash(command, ['quote', 'policy'])
}

async function rely(
  { io, exit }: Pick<Face, 'io' | 'exit'>,
  file: string,
  options: RelyingPartyOptions,
): Promise<void> {
  const shape = readChoice('--shape', ['array', 'object'] as const, options.shape)
  const token = decodeUtf8(await readInput(io, file)).trim()
  const result = await readResult(io, token, options)
  if (result.simulated) io.err('SIMULATED: the result rests on a simulated root\n')
  const authentic = await authenticate(io, result, options)
  if (!authentic) {
    exit(EXIT.refused)
    return
  }
  const json = printable(encodeIntelResult(result, shape))
  // The line is taken apart at the word, so the word stands in it once.
  io.out(options.json ? `${json}\n` : `json payload:${json.replaceAll('payload:', 'payload\\u003a')}\n`)
  exit(result.overall === 1 ? EXIT.accepted : EXIT.refused)
}

async function readResult(io: Io, token: string, options: RelyingPartyOptions): Promise<IntelResult> {
  if (!options.verify) {
    io.err('warning: the signature was not verified (-v)\n')
    return readResultToken(token).result
  }
  if (options.resultKey.length === 0 && !options.allowUnsigned) {
    throw new CliError('CLI_ARGUMENT_INVALID', 'Verifying needs the key of a verifier to trust.', {
      details: { path: '--result-key', expected: 'a public key', actual: 'none' },
    })
  }
  const keys = await Promise.all(options.resultKey.map((path) => readPublicKey(io, path)))
  const trust: TokenTrust = { keys, ...(options.allowUnsigned ? { allowUnsigned: true } : {}) }
  const { result, authentic } = await verifyResultToken(token, trust)
  if (!authentic) io.err('warning: nobody signed the result\n')
  return result
}

async function authenticate(io: Io, result: IntelResult, options: RelyingPartyOptions): Promise<boolean> {
  const quote = options.quote === undefined ? undefined : await readQuote(io, options.quote)
  const intelCompatible = options.intelCompatible ?? false
  if (!options.authenticate) {
    if (quote === undefined) return true
    const { differences } = authenticateResult(result, [], { quote, intelCompatible })
    for (const line of explainDifferences(differences)) io.err(`${line}\n`)
    return true
  }
  if (options.policy.length === 0 && options.policyKey.length === 0) {
    throw new CliError('CLI_ARGUMENT_INVALID', 'Authenticating needs policies or the keys of their owners.', {
      details: { path: '-a', expected: '--policy or --policy-key', actual: 'neither' },
    })
  }
  const reading = intelCompatible ? { intelCompatible } : {}
  const tokens = await Promise.all(options.policy.map((path) => readSignedPolicy(io, path, reading)))
  const given = { intelCompatible, ...(quote === undefined ? {} : { quote }) }
  const { status, classes, differences } = authenticateResult(result, tokens, given)
  for (const line of explainDifferences(differences)) io.err(`${line}\n`)
  let accepted = true
  if (tokens.length > 0) {
    for (const { outcome, message } of classes) io.err(`${outcome}: ${printable(message)}\n`)
    io.err(`policies: ${status}\n`)
    accepted = status === 'success'
  }
  if (options.policyKey.length > 0) {
    const keys = await Promise.all(options.policyKey.map((path) => readPublicKey(io, path)))
    const owners = authenticatePolicyOwners(result, keys)
    for (const { className, key, known } of owners.owners) {
      io.err(`${known ? 'known owner' : 'unknown owner'}: ${printable(className)}, ${printable(key)}\n`)
    }
    io.err(`policy owners: ${owners.status}\n`)
    accepted &&= owners.status === 'success'
  }
  return accepted
}
