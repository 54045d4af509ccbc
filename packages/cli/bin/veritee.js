#!/usr/bin/env node
// Plain JavaScript for any Node: the command itself needs 22.12, and the project brings a newer one to switch to.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 12)) {
  const { main } = await import('../dist/main.js')
  const code = await main(process.argv.slice(2))
  // What was interrupted may not end by itself; everything else drains its output first.
  if (code === 130) process.exit(code)
  process.exitCode = code
} else {
  let node
  try {
    node = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
  } catch {
    console.error(`veritee needs Node 22.12 or newer; this is ${process.versions.node}. Run \`npm run setup\` first.`)
    process.exit(2)
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both; what is sent to this process alone is passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`veritee: ${error.message}; run \`npm run setup\` first.`)
    process.exit(2)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 2)))
}
