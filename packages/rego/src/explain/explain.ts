import type { PlannedBody, PlannedBranch, PlannedExpression } from '../compile/plan/plan.ts'
import { walkBodies } from '../compile/plan/walk.ts'
import type { RuleNode } from '../compile/rule-tree.ts'
import type { ProbedValue } from '../evaluate/tracer.ts'
import type { EvaluationOptions } from '../policy/options.ts'
import type { Policy } from '../policy/policy.ts'
import { jsonFromValue } from '../value/index.ts'
import { TraceRecord } from './record.ts'
import { referencedNodes } from './references.ts'
import type { ExplainedBranch, ExplainedValue, Explanation, FailedExpression } from './types.ts'

/** How far an explanation follows rules that read other rules. */
const MAX_DEPTH = 6

/**
 * Evaluates a rule and tells why it has its value: of every body that does not hold, which expression stopped it and
 * the values of its terms. Slower than `evaluateRule`; takes the same options and throws the same errors.
 */
export function explainRule(policy: Policy, path: string, options: EvaluationOptions = {}): Explanation {
  const record = new TraceRecord()
  const { print: _, ...quiet } = options
  const result = policy.evaluateRule(path, quiet, record)
  const node = policy.findRule(path)
  const value = { defined: result.defined, value: result.value }
  if (!node) return { rule: path, ...value, isDefault: false, branches: [] }
  return new Explainer(policy, record, quiet).explain(node, value, 0)
}

class Explainer {
  private readonly policy: Policy
  private readonly record: TraceRecord
  private readonly options: EvaluationOptions
  private readonly open = new Set<RuleNode>()

  constructor(policy: Policy, record: TraceRecord, options: EvaluationOptions) {
    this.policy = policy
    this.record = record
    this.options = options
  }

  explain(node: RuleNode, value: { defined: boolean; value: unknown }, depth: number): Explanation {
    this.open.add(node)
    const rules = this.policy.planned[node.id]!
    const branches = [...rules.clauses, ...rules.partials].flatMap((clause) => clause.branches)
    const explained = branches.map((branch) => this.explainBranch(branch, depth))
    this.open.delete(node)
    const isDefault = value.defined && rules.default !== undefined && !explained.some(({ holds }) => holds)
    return { rule: node.name, ...value, isDefault, branches: explained }
  }

  private explainBranch(branch: PlannedBranch, depth: number): ExplainedBranch {
    const { source, at } = branch.body.place
    const holds = this.record.results.has(branch)
    return {
      location: source.locate(at),
      holds,
      failed: holds ? undefined : this.failedIn(branch.body, depth),
    }
  }

  /** The furthest expression that was tried and never held. */
  private failedIn(body: PlannedBody, depth: number): FailedExpression | undefined {
    for (const expression of body.expressions) {
      const tried = this.record.expressions.get(expression)
      if (tried && tried.passes === 0) return this.failed(body, expression, depth)
    }
    return undefined
  }

  private failed(body: PlannedBody, expression: PlannedExpression, depth: number): FailedExpression {
    const { tries, samples } = this.record.expressions.get(expression)!
    const { source } = body.place
    const inner: FailedExpression[] = []
    walkBodies(expression.steps, (nested) => {
      const failed = this.failedIn(nested, depth) ?? this.partlyFailed(nested, depth)
      if (failed) inner.push(failed)
    })
    return {
      location: source.locate(expression.at),
      text: source.text.slice(expression.at, expression.end),
      negated: expression.negated,
      tries,
      samples: samples.map((sample) => sample.map(explainValue)),
      inner,
      because: this.explainReferences(expression, depth),
    }
  }

  /** In a loop an expression may hold for some items and not for others. */
  private partlyFailed(body: PlannedBody, depth: number): FailedExpression | undefined {
    const expression = body.expressions.find((item) => (this.record.expressions.get(item)?.samples.length ?? 0) > 0)
    return expression && this.failed(body, expression, depth)
  }

  /** Why rules that an expression reads fall short: directly, or through rules that hold. */
  private explainReferences(expression: PlannedExpression, depth: number): Explanation[] {
    return this.explainNodes(referencedNodes(this.policy.root, expression.steps, []), depth)
  }

  private explainNodes(nodes: Iterable<RuleNode>, depth: number): Explanation[] {
    const explanations: Explanation[] = []
    for (const node of nodes) {
      if (this.open.has(node) || depth >= MAX_DEPTH) continue
      const value = node.kind === 'function' ? UNDEFINED : this.policy.evaluateRule(node.name, this.options)
      const explanation = this.explain(node, { defined: value.defined, value: value.value }, depth + 1)
      if (explanation.branches.some(({ holds }) => holds)) {
        explanations.push(...this.explainNodes(this.readByHolding(node), depth + 1))
      } else if (explanation.branches.some(({ failed }) => failed)) {
        explanations.push(explanation)
      }
    }
    return explanations
  }

  /** What the branches that hold stand on. */
  private readByHolding(node: RuleNode): Set<RuleNode> {
    const rules = this.policy.planned[node.id]!
    const found = new Set<RuleNode>()
    for (const branch of [...rules.clauses, ...rules.partials].flatMap((clause) => clause.branches)) {
      if (!this.record.results.has(branch)) continue
      const steps = branch.body.expressions.flatMap((expression) => expression.steps)
      for (const read of referencedNodes(this.policy.root, steps, [branch.value])) found.add(read)
    }
    return found
  }
}

const UNDEFINED = { defined: false, value: undefined }

function explainValue({ text, value }: ProbedValue): ExplainedValue {
  return { text, defined: value !== undefined, value: value === undefined ? undefined : jsonFromValue(value) }
}
