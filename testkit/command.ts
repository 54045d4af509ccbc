/** Runs the built `veritee` as a person would: a process of its own, its exit code, what it printed. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '..')
const program = join(root, 'packages', 'cli', 'bin', 'veritee.js')

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** @param input written to standard input */
export function veritee(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
    const parts = { out: [] as Buffer[], err: [] as Buffer[] }
    child.stdout.on('data', (part: Buffer) => parts.out.push(part))
    child.stderr.on('data', (part: Buffer) => parts.err.push(part))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, out: Buffer.concat(parts.out).toString(), err: Buffer.concat(parts.err).toString() })
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
  })
}
