/** A closed pipe does not turn a refusal into an acceptance, and Ctrl-C ends a waiting command. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it } from 'vitest'
import { root, veritee } from '../testkit/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'veritee-pipe-'))
let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(root, 'packages', 'cli', 'bin', 'veritee.js'), ...args], { cwd: root, stdio: 'pipe' })

it('refused evidence ends with 1 although nobody reads what is said', async () => {
  expect(await veritee(['simulate', 'tdx', '--out', folder])).toMatchObject({ code: 0 })
  const files = [join(folder, 'quote.bin'), '--collateral', join(folder, 'collateral.json')]
  child = start(['verify', ...files])
  child.stdout!.destroy()
  expect((await once(child, 'exit'))[0]).toBe(1)
})

it.each(['SIGINT', 'SIGTERM'] as const)('%s ends a command that waits for its input', async (signal) => {
  child = start(['inspect', '-'])
  // The handlers are there once the program is loaded, which its reading of the input shows.
  child.stdin!.write(new Uint8Array(1 << 20), () => child!.kill(signal))
  expect((await once(child, 'exit'))[0]).toBe(130)
})
