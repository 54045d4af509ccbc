/** A plain file where a device is expected: what asks it runs as far as the kernel's refusal. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunProgram, runProgram } from '@veritee/guest/tdreport'
import { onTestFinished } from 'vitest'

/** Programs that ask devices; those that this machine has. */
export const DEVICE_TOOLS: readonly string[] = ['/usr/bin/python3', '/usr/bin/perl'].filter((tool) => existsSync(tool))

export interface PlainDevice {
  readonly path: string
  /** Runs one program and passes over the others. */
  readonly run: RunProgram
  /** Status and words of each run. */
  readonly outcomes: readonly string[]
}

/** Made for one test, with one of {@link DEVICE_TOOLS}. */
export function createPlainDevice(name: string, tool: string): PlainDevice {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-device-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, '')
  const outcomes: string[] = []
  return {
    path,
    outcomes,
    async run(program, args, input) {
      if (program !== tool) return { status: undefined, stdout: new Uint8Array(), stderr: '' }
      const outcome = await runProgram(program, args, input)
      outcomes.push(`${outcome.status} ${outcome.stderr}`)
      return outcome
    },
  }
}
