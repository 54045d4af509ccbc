/**
 * `npm test`: everything that can run on this machine. Ends with one line that counts what passed, failed and was skipped.
 * With arguments, only the test files whose path contains one of them.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { bin, node, root, setup } from './setup.mjs'

setup()

const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
const filters = process.argv.slice(2)
const modules = join(root, 'node_modules')

function step(name, args) {
  const started = Date.now()
  const result = spawnSync(node, args, { cwd: root, env, stdio: 'inherit' })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  process.stderr.write(`test: ${name} ${result.status === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`)
  return result.status === 0
}

let clean = true
if (filters.length === 0) {
  clean =
    step('style', [join(modules, '@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']) && clean
  clean = step('types of the tests', [join(modules, 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.tests.json']) && clean
  clean = step('arrows between packages', [join(root, 'scripts', 'check-arrows.mjs')]) && clean
  clean = step('pages of both languages', [join(root, 'scripts', 'check-docs.mjs')]) && clean
}

const report = join(root, '.setup', 'test-report.json')
mkdirSync(join(root, '.setup'), { recursive: true })
rmSync(report, { force: true })
const vitest = [
  join(modules, 'vitest', 'vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]
clean = step('tests', [...vitest, ...filters]) && clean

const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
const skipped = testResults.flatMap((file) =>
  file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed'),
)
for (const test of skipped) process.stderr.write(`skipped: ${test.fullName}\n`)
// On the project's own checks a skip is a defect unless it is hardware that is missing; such tests say so in their names.
const unexcused = process.env.CI ? skipped.filter((test) => !/hardware/i.test(test.fullName)) : []
if (unexcused.length > 0) {
  process.stderr.write(`test: ${unexcused.length} tests were skipped for another reason than missing hardware\n`)
  clean = false
}
process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`)
process.exit(clean ? 0 : 1)
