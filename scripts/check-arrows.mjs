/**
 * Holds the house's shape: imports between packages run one way, and pure packages touch no clock, file, network,
 * environment or console. Tests may import anything.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** What each package may import of the others. */
const ARROWS = {
  codec: [],
  evidence: ['codec'],
  rego: ['codec'],
  appraisal: ['codec', 'evidence', 'rego'],
  collateral: ['codec', 'evidence'],
  broker: ['codec', 'evidence', 'appraisal'],
  service: ['codec', 'evidence', 'rego', 'appraisal', 'collateral', 'broker'],
  guest: ['codec', 'evidence', 'broker'],
  simulator: ['codec', 'evidence'],
  cli: ['codec', 'evidence', 'rego', 'appraisal', 'collateral', 'broker', 'service', 'guest', 'simulator'],
}

const PURE = new Set(['codec', 'evidence', 'rego', 'appraisal', 'broker'])

/** The only file of a pure package that may reach for a runtime's own modules. */
const ENGINES = /^packages\/codec\/src\/engine\/.*node\.ts$/

/** Calls and objects of a runtime that a pure package has no business with. */
const IMPURE_CALLS = {
  'Date.now': 'reads the clock (time is an argument)',
  'performance.now': 'reads the clock (time is an argument)',
  'Math.random': 'draws weak randomness',
  fetch: 'reaches for the network',
  setTimeout: 'waits on a clock',
  setInterval: 'waits on a clock',
}
const IMPURE_OBJECTS = { process: 'reaches for the process', console: 'writes to the console' }

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

/** What a source file does that a pure package may not. */
function impurities(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  const found = []
  const visit = (node) => {
    if (ts.isCallExpression(node)) {
      const what = IMPURE_CALLS[node.expression.getText(file)]
      if (what) found.push(what)
    }
    if (ts.isNewExpression(node) && node.expression.getText(file) === 'Date' && !node.arguments?.length) {
      found.push(IMPURE_CALLS['Date.now'])
    }
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const what = Object.hasOwn(IMPURE_OBJECTS, node.expression.text) && IMPURE_OBJECTS[node.expression.text]
      if (what) found.push(what)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const faults = []
for (const [name, allowed] of Object.entries(ARROWS)) {
  for (const file of sources(join(root, 'packages', name, 'src'))) {
    const path = relative(root, file)
    const text = readFileSync(file, 'utf8')
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      const other = /^(?:@veritee\/([a-z]+)|(veritee))(?:\/|$)/.exec(fileName)
      const target = other?.[1] ?? (other?.[2] ? 'cli' : undefined)
      if (target !== undefined && target !== name && !allowed.includes(target))
        faults.push(`${path}: ${name} may not import ${target}`)
      if (target === name) faults.push(`${path}: imports its own package by name`)
      if (target === 'simulator' && name === 'cli' && !/simulate|simulated/.test(path)) {
        faults.push(`${path}: only the simulate commands import the simulator`)
      }
      if (/testkit|\.test\.ts$/.test(fileName)) faults.push(`${path}: imports test code`)
      if (PURE.has(name) && fileName.startsWith('node:') && !ENGINES.test(path))
        faults.push(`${path}: a pure package imports ${fileName}`)
    }
    if (!PURE.has(name) || ENGINES.test(path)) continue
    for (const what of impurities(path, text)) faults.push(`${path}: a pure package ${what}`)
  }
}

for (const fault of faults) process.stderr.write(`${fault}\n`)
process.exit(faults.length === 0 ? 0 : 1)
