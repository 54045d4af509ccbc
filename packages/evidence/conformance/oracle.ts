/**
 * `npm run oracle -- [FILE]`: judges a corpus of quotes whose outcome under Intel's quote verification library is known,
 * by strict and by parity rules. Prints a table by kind and every difference; exits with 1 if there is any.
 */
import { fileURLToPath } from 'node:url'
import type { DcapRules } from '../src/dcap/verify/index.ts'
import { readCorpus } from './corpus.ts'
import { compareOutcome, judgeCase } from './judge.ts'

const BUNDLED = fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url))

const cases = readCorpus(process.argv[2] ?? BUNDLED)
const kinds = new Map<string, { cases: number; strict: number; parity: number }>()
const differences: string[] = []
for (const item of cases) {
  const row = kinds.get(item.kind) ?? { cases: 0, strict: 0, parity: 0 }
  kinds.set(item.kind, row)
  row.cases++
  for (const rules of ['strict', 'parity'] as const satisfies readonly DcapRules[]) {
    const found = compareOutcome(item, rules, await judgeCase(item, rules))
    if (found.length === 0) row[rules]++
    differences.push(...found.map((text) => `${rules} ${item.name}: ${text}`))
  }
}

const line = (kind: string, ...numbers: readonly (number | string)[]): string =>
  kind.padEnd(12) + numbers.map((number) => String(number).padStart(8)).join('')
const total = { cases: 0, strict: 0, parity: 0 }
process.stdout.write(`${line('kind', 'cases', 'strict', 'parity')}\n`)
for (const [kind, row] of kinds) {
  process.stdout.write(`${line(kind, row.cases, row.strict, row.parity)}\n`)
  for (const column of ['cases', 'strict', 'parity'] as const) total[column] += row[column]
}
process.stdout.write(`${line('total', total.cases, total.strict, total.parity)}\n`)
for (const text of differences) process.stdout.write(`${text}\n`)
process.exitCode = differences.length === 0 && total.cases > 0 ? 0 : 1
