/** The commands of whoever runs a service, against one that runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKeyClient } from '@veritee/guest'
import { createService } from '@veritee/service'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { createProgram } from '../packages/cli/src/program.ts'

async function start() {
  const root = mkdtempSync(join(tmpdir(), 'veritee-operating-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const now = Math.floor(Date.now() / 1000)
  const world = createDcapWorld({ now, seed: 'operating' })
  const path = (name: string) => join(root, name)
  writeFileSync(path('collateral.json'), JSON.stringify(world.collateral('tdx')))
  writeFileSync(path('root.pem'), world.root.pem)
  const dir = path('data')
  const service = await createService({
    dir,
    listen: '127.0.0.1:0',
    collateral: { bundles: [path('collateral.json')] },
    trustSimulatedRoots: [path('root.pem')],
    release: { statuses: ['affirming', 'warning'] },
    log: { level: 'silent' },
  })
  onTestFinished(() => service.stop())
  const { url } = await service.start()
  const run = async (...args: string[]) => {
    let output = ''
    let code = 0
    const io = {
      stdin: Readable.from([]),
      out: (text: string | Uint8Array) => {
        output += typeof text === 'string' ? text : new TextDecoder().decode(text)
      },
      err: () => undefined,
      colour: false,
      progress: false,
      env: {},
      now: () => Math.floor(Date.now() / 1000),
      signal: new AbortController().signal,
    }
    const exit = (given: number) => {
      code = given
    }
    await (await createProgram({ io, exit, attendSignal: () => undefined })).parseAsync(args, { from: 'user' })
    return { output, code }
  }
  const remote = (...args: string[]) => run(...args, '--url', url, '--data', dir)
  const attest = (values = {}) =>
    createKeyClient({
      url,
      attempts: 1,
      attester: {
        tee: 'tdx',
        collect: async (reportData) => JSON.parse(encodeTdxEvidence(world.issueTdxQuote({ ...values, reportData }))),
      },
    }).attest()
  return { run, remote, attest, path, dir }
}

test('why a machine was refused, from the list to the cause', async () => {
  const { remote, attest } = await start()
  expect(await remote('attestations', 'why')).toMatchObject({ output: 'no attestation was refused\n', code: 0 })
  await attest()
  await expect(attest({ tdAttributes: (1n << 28n) | 1n })).rejects.toThrow()
  const listed = await remote('attestations', 'list')
  expect(listed.output).toMatch(
    /tdx {2}tdx-[0-9a-f]{24} {2}refused \S*DEBUG\S* simulated\n.* (accepted|warned) simulated\n/,
  )
  const why = await remote('attestations', 'why')
  expect(why.code).toBe(1)
  expect(why.output).toMatch(/DEBUG[\s\S]*at {7}\S+[\s\S]*expected [\s\S]*found /)
  const id = why.output.slice(0, 28)
  const shown = await remote('attestations', 'show', id, '--input')
  expect(JSON.parse(shown.output)).toMatchObject({ evidence: [{ tee: 'tdx' }] })
  expect((await remote('attestations', 'list', '--outcome', 'refused', '--json')).output).toContain(id)
})

test('the audit log: head, tail, verify; a changed export is found', async () => {
  const { run, remote, attest, path } = await start()
  writeFileSync(path('secret'), 'x')
  await remote('secret', 'put', 'kbs:///a/b/c', '--file', path('secret'))
  await attest()
  const head = await remote('audit', 'head', '--json')
  writeFileSync(path('head.json'), head.output)
  expect((await remote('audit', 'verify', '--head', path('head.json'))).output).toMatch(/^intact: 2 entries\n/)
  expect((await remote('audit', 'tail', '-n', '1')).output).toMatch(/ 2 .* attestation .* done\n$/)
  const lines = (await remote('audit', 'tail', '--json')).output
  writeFileSync(path('audit.jsonl'), lines.replace('a/b/c', 'a/b/d'))
  const broken = await run('audit', 'verify', path('audit.jsonl'))
  expect(broken).toMatchObject({ code: 1, output: expect.stringMatching(/^BROKEN at entry 1: hash\n/) })
})

test('keys are rotated and listed; a backup is made and restored', async () => {
  const { run, remote, path, dir } = await start()
  writeFileSync(path('secret'), 'x')
  await remote('secret', 'put', 'kbs:///a/b/c', '--file', path('secret'))
  expect((await remote('keys', 'rotate', 'storage')).output).toContain('secrets 1, wrapped anew 1, unreadable 0\n')
  expect((await remote('keys', 'list')).output).toMatch(/storage {2}retired .*\nstorage {2}active /)
  await expect(remote('keys', 'rotate', 'front-door')).rejects.toMatchObject({ code: 'CLI_ARGUMENT_INVALID' })
  writeFileSync(path('passphrase'), 'a passphrase of enough words\n')
  const passphrase = ['--passphrase-file', path('passphrase')]
  expect((await run('backup', path('backup'), '--data', dir, ...passphrase)).output).toMatch(/: 6 keys, \d+ records\n$/)
  await expect(run('backup', path('backup2'), '--data', dir)).rejects.toMatchObject({ code: 'CLI_ARGUMENT_INVALID' })
  expect((await run('restore', path('backup'), '--data', path('restored'), ...passphrase)).output).toMatch(
    /^restored 6 keys/,
  )
  const key = (folder: string) => readFileSync(join(folder, 'keys', 'storage.key'), 'utf8')
  expect(key(path('restored'))).toBe(key(dir))
})
