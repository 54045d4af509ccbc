import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { compilePolicy, type Policy } from '@veritee/rego'
import { explainRule, explanationLines } from '@veritee/rego/explain'
import { formatPolicy } from '@veritee/rego/format'
import { runTests } from '@veritee/rego/testing'
import type { Command } from 'commander'
import { EXIT } from '../../exit.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import { writeOutput } from '../../output/file.ts'
import type { Face } from '../../program.ts'
import { count } from '../../render/count.ts'
import { createPaint, printable } from '../../render/paint.ts'

/** Functions that attestation services answer for policies. */
const HOST_FUNCTIONS = { query_reference_value: 1 }
const POLICY_BYTES = 4 * 1024 * 1024

interface Dialect {
  readonly v0?: boolean
}

/** `veritee policy check | eval | test | fmt`: policies in Rego, here on this machine. */
export function addLocal(policy: Command, face: Face): void {
  addCheck(policy, face)
  addEval(policy, face)
  addTest(policy, face)
  addFormat(policy, face)
}

function addCheck(policy: Command, { io }: Face): void {
  policy
    .command('check <file...>')
    .description('parses and compiles policies: syntax, safety, unknown names')
    .option('--v0', 'read the older dialect')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee policy check default.rego')
    .action(async (files: string[], options: Dialect & { json?: boolean }) => {
      const compiled = await readPolicy(io, files, options)
      if (options.json) io.out(`${JSON.stringify({ ok: true, rules: compiled.rulePaths })}\n`)
      else io.out(`ok: ${count(compiled.rulePaths.length, 'rule')}\n`)
    })
}

interface EvalOptions extends Dialect {
  readonly input?: string
  readonly data?: string
  readonly references?: string
  readonly query: string
  readonly explain?: boolean
  readonly json?: boolean
}

function addEval(policy: Command, { io, exit }: Face): void {
  policy
    .command('eval <file...>')
    .description('evaluates a rule; exits 1 when it is undefined or false')
    .option('--input <file>', 'input document, JSON')
    .option('--data <file>', 'data beside the rules, JSON')
    .option('--references <file>', 'what query_reference_value answers: JSON, name to value')
    .option('--query <rule>', 'path of the rule', 'data.policy.allow')
    .option('--explain', 'say which expressions did not hold, with their values')
    .option('--v0', 'read the older dialect')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ veritee policy eval default.rego --input claims.json --references references.json --query data.policy.trust_claims --explain',
    )
    .action(async (files: string[], options: EvalOptions) => {
      const compiled = await readPolicy(io, files, options)
      const references =
        options.references === undefined ? {} : ((await readJson(io, options.references)) as Record<string, unknown>)
      const evaluation = {
        ...(options.input === undefined ? {} : { input: await readJson(io, options.input) }),
        ...(options.data === undefined ? {} : { data: await readJson(io, options.data) }),
        host: { query_reference_value: (name: unknown) => references[String(name)] ?? null },
        now: io.now(),
        clock: () => performance.now(),
      }
      const { defined, value, diagnostics } = compiled.evaluateRule(options.query, evaluation)
      const explanation = options.explain ? explainRule(compiled, options.query, evaluation) : undefined
      if (options.json)
        io.out(`${JSON.stringify({ query: options.query, defined, value, diagnostics, explanation })}\n`)
      else {
        io.out(`${options.query} ${defined ? `= ${JSON.stringify(value)}` : 'is undefined'}\n`)
        if (explanation !== undefined) for (const line of explanationLines(explanation)) io.out(`${printable(line)}\n`)
      }
      exit(defined && value !== false ? EXIT.accepted : EXIT.refused)
    })
}

interface TestOptions extends Dialect {
  readonly run?: string
  readonly coverage?: boolean
  readonly json?: boolean
}

function addTest(policy: Command, { io, exit }: Face): void {
  policy
    .command('test <path...>')
    .description('runs the rules named test_* of files, or of the .rego files of folders')
    .option('--run <text>', 'only tests whose path holds this text')
    .option('--coverage', 'say which rows the tests reach')
    .option('--v0', 'read the older dialect')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee policy test policies/ --coverage')
    .action(async (paths: string[], options: TestOptions) => {
      const compiled = await readPolicy(io, (await Promise.all(paths.map(policyFiles))).flat(), options)
      const { run } = options
      const report = runTests(compiled, {
        now: io.now(),
        ...(run === undefined ? {} : { filter: (name: string) => name.includes(run) }),
        ...(options.coverage ? { coverage: true } : {}),
      })
      if (options.json) io.out(`${JSON.stringify(report)}\n`)
      else renderTests(io, report)
      exit(report.failed + report.errors === 0 && report.results.length > 0 ? EXIT.accepted : EXIT.refused)
    })
}

function renderTests(
  io: Io,
  { results, passed, failed, errors, skipped, coverage }: ReturnType<typeof runTests>,
): void {
  const paint = createPaint(io.colour)
  const marks = {
    passed: paint.good('pass'),
    failed: paint.bad('fail'),
    error: paint.bad('fail'),
    skipped: paint.warn('skip'),
  }
  for (const { name, outcome, message, explanation, printed } of results) {
    io.out(`${marks[outcome]} ${name}${message === undefined ? '' : `: ${printable(message)}`}\n`)
    if (explanation !== undefined)
      for (const line of explanationLines(explanation, '  ')) io.out(`${printable(line)}\n`)
    for (const line of printed) io.out(`  ${paint.dim(printable(line))}\n`)
  }
  io.out(`${passed} passed, ${failed + errors} failed, ${skipped} skipped\n`)
  if (results.length === 0) io.out('there is no rule named test_*\n')
  if (coverage === undefined) return
  for (const [file, { percent, notCovered }] of Object.entries(coverage.files)) {
    const rows = notCovered.map(({ start, end }) => (start === end ? start : `${start}-${end}`)).join(', ')
    io.out(`${percent.toFixed(1).padStart(5)} % ${file}${rows === '' ? '' : ` (not reached: ${rows})`}\n`)
  }
}

function addFormat(policy: Command, { io, exit }: Face): void {
  policy
    .command('fmt <file...>')
    .description('prints policies in their one form')
    .option('--write', 'write the files instead')
    .option('--check', 'change nothing, exit 1 if a file would change')
    .option('--v0', 'read the older dialect')
    .addHelpText('after', '\nExample:\n  $ veritee policy fmt --write policies/*.rego')
    .action(async (files: string[], options: Dialect & { write?: boolean; check?: boolean }) => {
      for (const file of files) {
        const text = decodeUtf8(await readInput(io, file, POLICY_BYTES))
        const formatted = formatPolicy(text, file, options.v0 ? 'v0' : 'v1')
        if (options.check) {
          if (formatted === text) continue
          io.out(`${file} would change\n`)
          exit(EXIT.refused)
        } else if (!options.write) io.out(formatted)
        else if (formatted !== text) writeOutput(file, formatted)
      }
    })
}

async function readPolicy(io: Io, files: readonly string[], { v0 }: Dialect): Promise<Policy> {
  const sources = await Promise.all(
    files.map(async (file) => ({ file, text: decodeUtf8(await readInput(io, file, POLICY_BYTES)) })),
  )
  return compilePolicy(sources, { version: v0 ? 'v0' : 'v1', hostFunctions: HOST_FUNCTIONS })
}

async function readJson(io: Io, path: string): Promise<unknown> {
  return parseJson(await readInput(io, path))
}

async function policyFiles(path: string): Promise<string[]> {
  const folder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!folder) return [path]
  const names = await readdir(path, { recursive: true })
  return names
    .filter((name) => name.endsWith('.rego'))
    .sort()
    .map((name) => join(path, name))
}
