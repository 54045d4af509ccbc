import type { PlannedBody, PlannedBranch, PlannedExpression } from '../compile/plan/plan.ts'
import { walkBodies, walkTerm } from '../compile/plan/walk.ts'
import type { Tracer } from '../evaluate/tracer.ts'
import type { Policy } from '../policy/policy.ts'

/** Rows of a file, both included. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

/** Which rows of a file were reached. */
export interface FileCoverage {
  readonly covered: readonly RowRange[]
  readonly notCovered: readonly RowRange[]
  readonly coveredRows: number
  readonly notCoveredRows: number
  /** Share of reached rows, 0 to 100. */
  readonly percent: number
}

/** Which rows of a policy were reached. */
export interface CoverageReport {
  readonly files: Readonly<Record<string, FileCoverage>>
  readonly coveredRows: number
  readonly notCoveredRows: number
  readonly percent: number
}

/** Notes over any number of evaluations what was reached: pass it as the tracer of `evaluateRule`. */
export class CoverageRecorder implements Tracer {
  private readonly entered = new Set<PlannedExpression>()
  private readonly results = new Set<PlannedBranch>()

  enter(expression: PlannedExpression): void {
    this.entered.add(expression)
  }

  pass(): void {}

  fail(): void {}

  result(branch: PlannedBranch): void {
    this.results.add(branch)
  }

  /** What was reached so far: expressions by being tried, heads by giving a value. */
  report(policy: Policy): CoverageReport {
    const rows = new Map<string, Map<number, boolean>>(policy.modules.map(({ source }) => [source.file, new Map()]))
    for (const rules of policy.planned) {
      for (const clause of [...rules.clauses, ...rules.partials]) {
        for (const branch of clause.branches) this.addBranch(branch, rows)
      }
    }
    return summarize(rows)
  }

  private addBranch(branch: PlannedBranch, rows: Map<string, Map<number, boolean>>): void {
    const { source, at } = branch.body.place
    addRows(rows.get(source.file)!, source.locate(at).row, source.locate(at).row, this.results.has(branch))
    this.addBody(branch.body, rows)
    for (const term of [...branch.path, branch.key, branch.value]) {
      if (term) walkTerm(term, (inner) => inner.kind === 'comprehension' && this.addBody(inner.body, rows))
    }
  }

  private addBody(body: PlannedBody, rows: Map<string, Map<number, boolean>>): void {
    const { source } = body.place
    for (const expression of body.expressions) {
      if (expression.end > expression.at) {
        const start = source.locate(expression.at).row
        addRows(rows.get(source.file)!, start, start, this.entered.has(expression))
      }
      walkBodies(expression.steps, (inner) => this.addBody(inner, rows))
    }
  }
}

/** A row counts as reached when anything that begins on it was. */
function addRows(rows: Map<number, boolean>, start: number, end: number, covered: boolean): void {
  for (let row = start; row <= end; row++) rows.set(row, covered || (rows.get(row) ?? false))
}

function summarize(rows: ReadonlyMap<string, ReadonlyMap<number, boolean>>): CoverageReport {
  const files = Object.fromEntries([...rows].map(([file, marks]) => [file, summarizeFile(marks)]))
  const all = Object.values(files)
  const coveredRows = all.reduce((sum, file) => sum + file.coveredRows, 0)
  const notCoveredRows = all.reduce((sum, file) => sum + file.notCoveredRows, 0)
  return { files, coveredRows, notCoveredRows, percent: percentOf(coveredRows, notCoveredRows) }
}

function summarizeFile(marks: ReadonlyMap<number, boolean>): FileCoverage {
  const sorted = [...marks].sort(([a], [b]) => a - b)
  const coveredRows = sorted.filter(([, covered]) => covered).map(([row]) => row)
  const missedRows = sorted.filter(([, covered]) => !covered).map(([row]) => row)
  return {
    covered: rangesOf(coveredRows),
    notCovered: rangesOf(missedRows),
    coveredRows: coveredRows.length,
    notCoveredRows: missedRows.length,
    percent: percentOf(coveredRows.length, missedRows.length),
  }
}

function rangesOf(rows: readonly number[]): RowRange[] {
  const ranges: { start: number; end: number }[] = []
  for (const row of rows) {
    const last = ranges.at(-1)
    if (last && row === last.end + 1) last.end = row
    else ranges.push({ start: row, end: row })
  }
  return ranges
}

function percentOf(covered: number, missed: number): number {
  return covered + missed === 0 ? 100 : Math.round((covered / (covered + missed)) * 10_000) / 100
}
