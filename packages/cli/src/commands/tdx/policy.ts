import {
  createPoliciesFromQuote,
  createPolicyFromEnclave,
  createPolicyFromReferenceValues,
  createPolicyFromTdReport,
  createTenantPolicy,
  diffIntelPolicies,
  encodeIntelPublicKey,
  explainPolicy,
  explainResult,
  type IntelPolicy,
  nameIntelKey,
  type PolicyReading,
  parseIntelPolicies,
  readResultToken,
  signPolicy,
  writeIntelPolicies,
  writeJson,
} from '@veritee/appraisal/intel'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import {
  parseEnclaveFile,
  parseQuote,
  parseTdReport,
  verifySigstruct,
  verifyTdReportHashes,
} from '@veritee/evidence/dcap'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import { writeOutput } from '../../output/file.ts'
import type { Face } from '../../program.ts'
import { createPaint } from '../../render/paint.ts'
import { describeChanges, describePolicy, explainDisputes, explainReports } from '../../tdx/appraisal-text.ts'
import { readChoice } from '../../tdx/arguments.ts'
import { readPublicKey, readSigner } from '../../tdx/key-file.ts'
import {
  isToken,
  parsePolicyText,
  readPolicyFile,
  readPolicyText,
  readSignedPolicy,
  warn,
} from '../../tdx/policy-files.ts'
import { readQuote } from '../../tdx/quote-input.ts'
import { collect } from '../options.ts'

const BYTE_ORDER = ['intel', 'memory'] as const
const ORDER_HELP = 'of hexadecimal: intel (last byte first) or memory (first byte first)'

/** `veritee tdx policy init | sign | verify | explain | diff`. */
export function addPolicy(tdx: Command, face: Face): void {
  const policy = tdx
    .command('policy')
    .description('appraisal policies: JSON with comments, signed with ES384')
    .addHelpText(
      'after',
      '\nHexadecimal values are written last byte first, as Intel’s tools do, unless the file says "byteOrder": "memory".',
    )
  addInit(policy, face)
  addSign(policy, face)
  addPolicyVerify(policy, face)
  addExplain(policy, face)
  addDiff(policy, face)
}

interface InitOptions {
  readonly fromQuote?: string
  readonly fromReferenceValues?: string
  readonly fromTdreport?: string
  readonly fromEnclave?: string
  readonly byteOrder: string
  readonly out?: string
  readonly json?: boolean
}

function addInit(policy: Command, { io }: Face): void {
  policy
    .command('init')
    .description('writes a policy: the guide’s, or one that accepts exactly what a file holds')
    .option('--from-quote <file>', 'pin the workload of a quote, and ask that its platform be up to date')
    .option('--from-reference-values <file>', 'pin registers from JSON such as {"mr_td": "…"}, in memory order')
    .option('--from-tdreport <file>', 'pin the TD of a TDREPORT')
    .option('--from-enclave <file>', 'pin a signed enclave library')
    .option('--byte-order <order>', ORDER_HELP, 'intel')
    .option('-o, --out <file>', 'write to a file instead of standard output')
    .option('--json', 'with --out: say what was written as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee tdx policy init -o tenant_td_policy.json\n  $ veritee tdx policy init --from-quote quote.dat -o policy.json',
    )
    .action(async (options: InitOptions) => {
      const order = readChoice('--byte-order', BYTE_ORDER, options.byteOrder)
      const text = writeIntelPolicies(await createPolicies(io, options), order)
      if (options.out === undefined) io.out(text)
      else {
        writeOutput(options.out, text)
        if (options.json) io.out(`${JSON.stringify({ file: options.out })}\n`)
        else io.err(`wrote ${options.out}\n`)
      }
    })
}

async function createPolicies(io: Io, options: InitOptions): Promise<readonly IntelPolicy[]> {
  const { fromQuote, fromReferenceValues, fromTdreport, fromEnclave } = options
  const given = [fromQuote, fromReferenceValues, fromTdreport, fromEnclave].filter((file) => file !== undefined)
  if (given.length > 1) {
    throw new CliError('CLI_ARGUMENT_INVALID', 'A policy is written from one source.', {
      details: { path: '--from-…', expected: 'one', actual: given.length },
    })
  }
  if (fromQuote !== undefined) return createPoliciesFromQuote(parseQuote(await readQuote(io, fromQuote)))
  if (fromReferenceValues !== undefined) {
    return [createPolicyFromReferenceValues(parseJson(await readInput(io, fromReferenceValues, 1024 * 1024)))]
  }
  if (fromTdreport !== undefined) {
    const report = parseTdReport(await readInput(io, fromTdreport, 65_536))
    verifyTdReportHashes(report)
    return [createPolicyFromTdReport(report)]
  }
  if (fromEnclave !== undefined) {
    const enclave = parseEnclaveFile(await readInput(io, fromEnclave))
    await verifySigstruct(enclave.sigstruct)
    return [createPolicyFromEnclave(enclave)]
  }
  return [createTenantPolicy()]
}

function addSign(policy: Command, { io }: Face): void {
  policy
    .command('sign <file>')
    .description('signs a policy with an ECDSA key on P-384 (- for standard input)')
    .requiredOption('--key <file>', 'private key, PEM')
    .option('--public-key-out <file>', 'write the public key, PEM, for relying parties')
    .option('-o, --out <file>', 'write to a file instead of standard output')
    .option('--json', 'with --out: say what was written as JSON')
    .option('--intel-compatible', 'let unknown keys and unfit values pass with a warning')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee tdx policy sign tenant_td_policy.json --key policy.pem -o tenant_td_policy.jwt',
    )
    .action(async (file: string, options: SignOptions) => {
      const text = await readPolicyText(io, file)
      const signer = await readSigner(io, options.key)
      warn(io, file, parseIntelPolicies(text, reading(options)).warnings)
      const token = `${await signPolicy(text, signer, reading(options))}\n`
      if (options.publicKeyOut !== undefined) {
        writeOutput(options.publicKeyOut, encodeIntelPublicKey(signer.publicJwk))
      }
      if (options.out === undefined) io.out(options.json ? `${JSON.stringify({ token: token.trim() })}\n` : token)
      else {
        writeOutput(options.out, token)
        const key = nameIntelKey(signer.publicJwk)
        if (options.json) io.out(`${JSON.stringify({ file: options.out, key })}\n`)
        else io.err(`wrote ${options.out}, signed by ${key}\n`)
      }
    })
}

interface SignOptions {
  readonly key: string
  readonly publicKeyOut?: string
  readonly out?: string
  readonly intelCompatible?: boolean
  readonly json?: boolean
}

function reading({ intelCompatible }: { readonly intelCompatible?: boolean }): PolicyReading {
  return intelCompatible ? { intelCompatible } : {}
}

function addPolicyVerify(policy: Command, { io, exit }: Face): void {
  policy
    .command('verify <file>')
    .description('verifies the signature of a policy token, and whose it is (- for standard input)')
    .option('--policy-key <file>', 'public key of an owner to trust, PEM; may be given several times', collect, [])
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee tdx policy verify tenant_td_policy.jwt --policy-key policy.pub.pem')
    .action(async (file: string, options: { policyKey: readonly string[]; json?: boolean }) => {
      const { policies, signingKey, warnings } = await readSignedPolicy(io, file)
      const owners = await Promise.all(options.policyKey.map((path) => readPublicKey(io, path)))
      const pem = encodeIntelPublicKey(signingKey)
      const known = owners.some(({ spki }) => Buffer.from(spki).equals(Buffer.from(pemBody(pem), 'base64')))
      const owner = owners.length === 0 ? 'unasked' : known ? 'trusted' : 'unknown'
      if (options.json) io.out(`${writeJson({ owner, signing_key: signingKey, policies, warnings })}\n`)
      else {
        warn(io, file, warnings)
        io.out(`the signature holds: ${nameIntelKey(signingKey)}, owner ${owner}\n`)
        for (const entry of policies) for (const line of describePolicy(explainPolicy(entry))) io.out(`${line}\n`)
      }
      if (owner === 'unknown') exit(EXIT.refused)
    })
}

function pemBody(pem: string): string {
  return pem.replace(/-----[^-]+-----|\s/g, '')
}

function addExplain(policy: Command, { io }: Face): void {
  policy
    .command('explain <file>')
    .description(
      'says in plain words what a policy asks, or how each check of a result came out (- for standard input)',
    )
    .option('--intel-compatible', 'let unknown keys and unfit values pass with a warning')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads policies (JSON or signed) and results of `veritee tdx verify`; the signature of a result is not asked here.\n\nExamples:\n  $ veritee tdx policy explain policy.json\n  $ veritee tdx policy explain result.jwt',
    )
    .action(async (file: string, options: { intelCompatible?: boolean; json?: boolean }) => {
      const text = decodeUtf8(await readInput(io, file))
      const paint = createPaint(io.colour)
      if (isToken(text) && isResult(text)) {
        const reports = explainResult(readResultToken(text).result)
        if (options.json) io.out(`${writeJson({ reports })}\n`)
        else {
          for (const line of explainReports(reports, paint, true)) io.out(`${line}\n`)
          for (const line of explainDisputes(reports, paint)) io.out(`${line}\n`)
        }
        return
      }
      const { policies, warnings } = await parsePolicyText(text, reading(options))
      const explanations = policies.map((entry) => explainPolicy(entry))
      if (options.json) io.out(`${writeJson({ policies: explanations, warnings })}\n`)
      else {
        warn(io, file, warnings)
        for (const entry of explanations) for (const line of describePolicy(entry)) io.out(`${line}\n`)
        io.out(paint.dim('hexadecimal is last byte first (intel)\n'))
      }
    })
}

/** By the member its payload has; the reader of its kind then says what is wrong with it. */
function isResult(token: string): boolean {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').includes('"appraisal_result"')
}

function addDiff(policy: Command, { io }: Face): void {
  policy
    .command('diff <before> <after>')
    .description('says what changed between two policies, and whether it is stricter or looser')
    .option('--intel-compatible', 'let unknown keys and unfit values pass with a warning')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee tdx policy diff policy-1.jwt policy-2.json')
    .action(async (before: string, after: string, options: { intelCompatible?: boolean; json?: boolean }) => {
      const [left, right] = [
        await readPolicyFile(io, before, reading(options)),
        await readPolicyFile(io, after, reading(options)),
      ]
      const changes = diffIntelPolicies(left.policies, right.policies)
      if (options.json) io.out(`${writeJson({ changes })}\n`)
      else if (changes.length === 0) io.out('no difference\n')
      else for (const line of describeChanges(changes, createPaint(io.colour))) io.out(`${line}\n`)
    })
}
