/** `npm start`: the story is told, the service answers, and Ctrl-C ends it cleanly. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { root } from '../testkit/command.ts'

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

it('tells of the guest that gets its secret and of the one that is refused', async () => {
  child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'demo', 'story.ts'), '--listen', '127.0.0.1:0'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let told = ''
  let errors = ''
  child.stderr!.on('data', (part: Buffer) => {
    errors += part
  })
  const running = new Promise<string>((resolve, reject) => {
    child!.stdout!.on('data', (part: Buffer) => {
      told += part
      const url = /The service runs on (http:\S+) until/.exec(told)?.[1]
      if (url !== undefined && told.includes('secret get')) resolve(url)
    })
    child!.on('exit', (code) => reject(new Error(`ended with ${code}: ${told}${errors}`)))
  })
  const url = await running
  expect(told).toMatch(/^1 {2}/m)
  expect(told).toContain('A secret is stored')
  expect(told).toContain('SIMULATED TDX guest proves what it is and gets it: the very same bytes')
  expect(told).toContain('is refused [GUEST_')
  expect(told).toMatch(/tdx\.quote\.body\.mr_td\s+expected "[0-9a-f[\]"]+\s+actual\s+"(c0)+"/)
  expect(await (await fetch(`${url}/healthz`)).status).toBe(200)
  const ended = once(child, 'exit')
  child.removeAllListeners('exit')
  const done = once(child, 'exit')
  child.kill('SIGINT')
  expect((await Promise.race([done, ended]))[0]).toBe(0)
})
