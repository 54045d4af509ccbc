import { spawn } from 'node:child_process'

/** How a program ended. */
export interface ProgramOutcome {
  /** Undefined where the program is not there. */
  readonly status: number | undefined
  readonly stdout: Uint8Array
  readonly stderr: string
}

/** Runs a program with some input; nothing goes through a shell. */
export type RunProgram = (program: string, args: readonly string[], input: Uint8Array) => Promise<ProgramOutcome>

const TIMEOUT_MS = 10_000
const MAX_OUTPUT_BYTES = 1 << 20

/** Runs a program of this machine, for at most ten seconds. */
export const runProgram: RunProgram = (program, args, input) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
    const parts: Buffer[] = []
    let total = 0
    let stderr = ''
    child.stdout.on('data', (part: Buffer) => {
      total += part.length
      if (total > MAX_OUTPUT_BYTES) child.kill('SIGKILL')
      else parts.push(part)
    })
    child.stderr.on('data', (part: Buffer) => {
      if (stderr.length < 4096) stderr += part.toString()
    })
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => resolve({ status: undefined, stdout: new Uint8Array(), stderr: error.message }))
    child.on('close', (status) =>
      resolve({ status: status ?? 128, stdout: new Uint8Array(Buffer.concat(parts)), stderr }),
    )
    child.stdin.end(input)
  })
