import type { RuleNode, RuleTree } from '../compile/rule-tree.ts'
import { type Location, RegoError } from '../errors.ts'
import type { Builtin } from '../evaluate/builtin.ts'
import { Context } from '../evaluate/context.ts'
import { DEFAULT_LIMITS } from '../evaluate/limits.ts'
import { linkProgram, type PlannedRules } from '../evaluate/link/program.ts'
import type { Program } from '../evaluate/program.ts'
import { type Answer, linkQuery, type Query } from '../evaluate/query.ts'
import { Run } from '../evaluate/run.ts'
import type { Tracer } from '../evaluate/tracer.ts'
import type { Module, RegoVersion } from '../syntax/index.ts'
import { jsonFromValue, RegoObject, sizeOf, type Value, valueFromJson } from '../value/index.ts'
import { depthError } from './depth-error.ts'
import { callHost, createHost, hostFailure, hostKey } from './host.ts'
import { collectHostQuestions, type HostQuestion } from './host-questions.ts'
import type { AsyncEvaluationOptions, Diagnostic, EvaluationOptions, QueryResult, RuleResult } from './options.ts'
import { createRandomBytes } from './random.ts'
import { parseRulePath } from './rule-path.ts'

const MAX_CACHED_QUERIES = 64
const MAX_RESTARTS = 256
/** Estimated bytes of one part of a JSON value. */
const JSON_PART_BYTES = 64
const NOTHING_FETCHED: ReadonlyMap<string, unknown> = new Map()

/** A compiled policy. Holds no state between evaluations but code. Made by `compilePolicy`. */
export class Policy {
  readonly modules: readonly Module[]
  /** The rules as planned, by the id of their node: for explanations and coverage. */
  readonly planned: readonly PlannedRules[]
  private readonly tree: RuleTree
  private readonly builtins: ReadonlyMap<string, Builtin>
  private readonly version: RegoVersion
  private readonly program: Program
  private tracedProgram: Program | undefined
  private readonly queries = new Map<string, Query>()

  constructor(parts: {
    modules: readonly Module[]
    tree: RuleTree
    planned: readonly PlannedRules[]
    builtins: ReadonlyMap<string, Builtin>
    version: RegoVersion
  }) {
    this.modules = parts.modules
    this.tree = parts.tree
    this.planned = parts.planned
    this.builtins = parts.builtins
    this.version = parts.version
    this.program = linkProgram(parts.tree, parts.planned, false)
  }

  /**
   * The value of the rule or document at a path such as `data.policy.allow`. Throws RegoError: REGO_QUERY_INVALID for
   * a text that is not such a path, REGO_RESULT_CONFLICT, REGO_LIMIT_…, REGO_DATA_NEEDED.
   */
  evaluateRule(path: string, options: EvaluationOptions = {}, tracer?: Tracer): RuleResult {
    return this.evaluateRuleWith(path, options, NOTHING_FETCHED, tracer)
  }

  /** As {@link Policy.evaluateRule}, fetching what the host has to answer. Throws REGO_DATA_UNRESOLVED as well. */
  evaluateRuleAsync(path: string, options: AsyncEvaluationOptions): Promise<RuleResult> {
    return resolving(options, (fetched) => this.evaluateRuleWith(path, options, fetched, undefined))
  }

  /** All answers to a query such as `data.policy.deny[reason]`. Throws what compiling and evaluating throw. */
  evaluate(options: EvaluationOptions & { readonly query: string }): QueryResult {
    return this.evaluateWith(options.query, options, NOTHING_FETCHED)
  }

  /** As {@link Policy.evaluate}, fetching what the host has to answer. Throws REGO_DATA_UNRESOLVED as well. */
  evaluateAsync(options: AsyncEvaluationOptions & { readonly query: string }): Promise<QueryResult> {
    return resolving(options, (fetched) => this.evaluateWith(options.query, options, fetched))
  }

  /** Paths of all rules, such as `data.policy.allow`, in order. */
  get rulePaths(): readonly string[] {
    const nodes = this.tree.nodes.filter((node) => node.kind !== undefined || node.partials.length > 0)
    return nodes.map(({ name }) => name).sort()
  }

  /** Paths of all rules, and where the first of each begins, in the order of the texts. */
  get ruleLocations(): readonly { readonly path: string; readonly location: Location }[] {
    return this.tree.nodes.flatMap((node) => {
      const place = (node.clauses[0] ?? node.partialClauses[0])?.place
      return place ? [{ path: node.name, location: place.source.locate(place.at) }] : []
    })
  }

  /** Calls of host functions with constant arguments: what to fetch before the first evaluation. */
  get hostQuestions(): readonly HostQuestion[] {
    return collectHostQuestions(this.planned)
  }

  /** The place of `data` in the rules. */
  get root(): RuleNode {
    return this.tree.root
  }

  /** The rules of a path such as `data.policy.allow`. */
  findRule(path: string): RuleNode | undefined {
    return this.tree.nodes.find(({ name }) => name === path)
  }

  private evaluateRuleWith(
    path: string,
    options: EvaluationOptions,
    fetched: ReadonlyMap<string, unknown>,
    tracer: Tracer | undefined,
  ): RuleResult {
    const names = parseRulePath(path)
    const query = this.prepare(path, tracer !== undefined)
    return this.ask(query, options, fetched, tracer, ([answer], run) => ({
      exists: this.hasRule(names),
      defined: answer?.value !== undefined,
      value: jsonOf(answer?.value, run),
      regoValue: answer?.value,
      diagnostics: run.failures.map(diagnosticOf),
      steps: run.stepsTaken,
    }))
  }

  private evaluateWith(text: string, options: EvaluationOptions, fetched: ReadonlyMap<string, unknown>): QueryResult {
    return this.ask(this.prepare(text, false), options, fetched, undefined, (answers, run) => ({
      answers: answers.map(({ bindings, value }) => ({
        bindings: Object.fromEntries([...bindings].map(([name, bound]) => [name, jsonOf(bound, run)])),
        value: jsonOf(value, run),
      })),
      diagnostics: run.failures.map(diagnosticOf),
      steps: run.stepsTaken,
    }))
  }

  private ask<T>(
    query: Query,
    options: EvaluationOptions,
    fetched: ReadonlyMap<string, unknown>,
    tracer: Tracer | undefined,
    finish: (answers: readonly Answer[], run: Run) => T,
  ): T {
    const run = createRun(options, fetched, tracer)
    const { valueDepth } = run.settings.limits
    const input = options.input === undefined ? undefined : valueFromJson(options.input, valueDepth)
    const data = options.data === undefined ? RegoObject.EMPTY : valueFromJson(options.data, valueDepth)
    if (!(data instanceof RegoObject)) throw new RegoError('REGO_VALUE_INVALID', 'data is not an object')
    try {
      return finish(query(new Context(run, input, data)), run)
    } catch (error) {
      throw depthError(error, 'evaluation') ?? error
    }
  }

  private prepare(text: string, traced: boolean): Query {
    const key = traced ? `traced ${text}` : text
    const known = this.queries.get(key)
    if (known) return known
    if (traced) this.tracedProgram ??= linkProgram(this.tree, this.planned, true)
    const program = traced ? this.tracedProgram! : this.program
    const query = linkQuery(text, this.version, this.tree, this.builtins, program)
    if (this.queries.size >= MAX_CACHED_QUERIES) this.queries.clear()
    this.queries.set(key, query)
    return query
  }

  private hasRule(names: readonly string[]): boolean {
    let node: RuleNode | undefined = this.tree.root
    for (const name of names) {
      if (node.kind !== undefined || node.partials.length > 0) return true
      node = node.children.get(name)
      if (!node) return false
    }
    return true
  }
}

function createRun(options: EvaluationOptions, fetched: ReadonlyMap<string, unknown>, tracer: Tracer | undefined): Run {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  return new Run({
    limits,
    clock: options.clock,
    strictBuiltinErrors: options.strictBuiltinErrors ?? false,
    nowNanoseconds: BigInt(Math.round((options.now ?? 0) * 1000)) * 1_000_000n,
    randomBytes: createRandomBytes(options.seed),
    print: options.print,
    runtime: options.runtime ? valueFromJson(options.runtime) : RegoObject.EMPTY,
    host: createHost(options.host, fetched, limits.valueDepth),
    tracer,
  })
}

/** Evaluates again and again, each time with one more answer of the host. */
async function resolving<T>(
  options: AsyncEvaluationOptions,
  evaluate: (fetched: ReadonlyMap<string, unknown>) => T,
): Promise<T> {
  const fetched = new Map<string, unknown>()
  const maxRestarts = options.maxRestarts ?? MAX_RESTARTS
  for (let restart = 0; ; restart++) {
    try {
      return evaluate(fetched)
    } catch (error) {
      if (!(error instanceof RegoError) || error.code !== 'REGO_DATA_NEEDED') throw error
      const { function: name, args } = error.details as unknown as { function: string; args: unknown[] }
      if (restart >= maxRestarts) {
        throw new RegoError('REGO_DATA_UNRESOLVED', `the policy asks the host more than ${maxRestarts} times`)
      }
      const answer = await Promise.resolve(callHost(name, () => options.resolve(name, args))).catch(
        (cause: unknown) => {
          throw hostFailure(name, cause)
        },
      )
      fetched.set(hostKey(name, args), answer ?? null)
    }
  }
}

/** A value as JSON, where every part stands for itself. Throws REGO_LIMIT_MEMORY before it would not fit. */
function jsonOf(value: Value | undefined, run: Run): unknown {
  if (value === undefined) return undefined
  run.memory(sizeOf(value) * JSON_PART_BYTES)
  return jsonFromValue(value)
}

function diagnosticOf(error: RegoError): Diagnostic {
  const { file, row, column } = error.location ?? { file: '', row: 0, column: 0 }
  return { code: error.code, message: error.message, file, row, column }
}
