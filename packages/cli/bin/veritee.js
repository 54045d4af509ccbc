#!/usr/bin/env node
// Plain JavaScript for any Node: the command itself needs 22.12, and the project brings a newer one to switch to.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 12)) {
  const { main } = await import('../dist/main.js')
  process.exitCode = await main(process.argv.slice(2))
} else {
  let node
  try {
    node = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  } catch {
    console.error(`veritee needs Node 22.12 or newer; this is ${process.versions.node}. Run \`npm run setup\` first.`)
    process.exit(2)
  }
  const result = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  if (result.error) console.error(`veritee: ${result.error.message}; run \`npm run setup\` first.`)
  process.exit(result.status ?? (result.signal === 'SIGINT' ? 130 : 2))
}
