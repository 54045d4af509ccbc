/** The program serving guests that share no code with it: what a client written from the protocol's text alone gets. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { root } from '../testkit/command.ts'
import { PlainGuest } from '../testkit/plain-client.ts'

const program = join(root, 'packages', 'cli', 'bin', 'veritee.js')
const folder = mkdtempSync(join(tmpdir(), 'veritee-plain-'))
let child: ChildProcess | undefined
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('serves sample evidence where it is told to, and says so from the start', async () => {
  const config = join(folder, 'veritee.toml')
  writeFileSync(config, '[release]\nstatuses = ["affirming", "warning"]\n')
  const dir = join(folder, 'data')
  const args = [
    'serve',
    '--data',
    dir,
    '--config',
    config,
    '--listen',
    '127.0.0.1:0',
    '--enable-tee',
    'sample',
    '--json',
  ]
  child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [told, warned] = ['', '']
  child.stderr?.on('data', (part: Buffer) => {
    warned += part
  })
  const url = await new Promise<string>((resolve, reject) => {
    child?.stdout?.on('data', (part: Buffer) => {
      told += part
      if (told.includes('\n')) resolve((JSON.parse(told.split('\n', 1)[0] ?? '') as { url: string }).url)
    })
    child?.on('exit', (code) => reject(new Error(`ended with ${code}: ${warned}`)))
  })
  expect(warned).toContain('kind sample is accepted')
  writeFileSync(join(folder, 'secret'), 'for a guest of samples')
  const put = spawn(process.execPath, [
    ...[program, 'secret', 'put', 'kbs:///default/key/disk', '--file', join(folder, 'secret')],
    ...['--url', url, '--data', dir],
  ])
  expect(await new Promise((resolve) => put.on('exit', resolve))).toBe(0)
  const attester = (digest: Buffer) => ({ svn: '1', report_data: digest.toString('base64') })
  const guest = new PlainGuest(url, { tee: 'sample', attester })
  expect((await guest.handshake()).status).toBe(200)
  expect(await guest.open(await guest.request('default/key/disk'))).toBe('for a guest of samples')
  const device = new PlainGuest(url, { tee: 'sampledevice', attester })
  expect((await device.handshake()).status).toBe(401)
})
