/**
 * `npm run bench [-- NAME…]`: runs the named benchmarks, or all, and prints one JSON document.
 *
 * Every figure is a rate and every claim a ratio against a peer or the machine's own limit in the same run.
 */

import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const known = readdirSync(here)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''))
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are: ${known.join(', ')}\n`)
  process.exit(2)
}

const report: Record<string, unknown> = {
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, openssl: process.versions.openssl },
}
for (const name of asked.length > 0 ? asked : known) {
  process.stderr.write(`bench: ${name}\n`)
  const { bench } = (await import(join(here, `${name}.bench.ts`))) as { bench: () => Promise<unknown> }
  report[name] = await bench()
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
