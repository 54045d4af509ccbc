/** The commands of whoever runs a service, against one that runs. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKeyClient } from '@veritee/guest'
import { CONFIG_REFERENCE, createService } from '@veritee/service'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { expect, onTestFinished, test } from 'vitest'
import type { Io } from '../packages/cli/src/io.ts'
import { main } from '../packages/cli/src/main.ts'
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
  return { run, remote, attest, path, dir, url }
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

test('exit codes of `attestations`: 0 where nothing was refused, 1 where something was, 2 for wrong usage', async () => {
  const { remote, attest } = await start()
  const none = await remote('attestations', 'why', '--json')
  expect(none).toEqual({ output: '{"refused":null}\n', code: 0 })
  await attest()
  await expect(attest({ tdAttributes: (1n << 28n) | 1n })).rejects.toThrow()
  const list = async (...args: string[]) =>
    JSON.parse((await remote('attestations', 'list', '--json', ...args)).output) as {
      items: { id: string; outcome: string; measurement: string }[]
    }
  const { items } = await list()
  expect(items.map(({ outcome }) => outcome)).toEqual(['refused', expect.stringMatching(/accepted|warned/)])
  const [refused, accepted] = items
  for (const [args, count] of [
    [['--simulated'], 2],
    [['--measurement', refused?.measurement ?? ''], 2],
    [['--status', 'UpToDate', '--source', 'broker'], 2],
    [['--status', 'OutOfDate'], 0],
    [['--policy', 'default'], 0],
    [['--since', '1h'], 2],
    [['--until', '1h'], 0],
    [['--limit', '1'], 1],
  ] as const)
    expect((await list(...args)).items, args.join(' ')).toHaveLength(count)
  const why = await remote('attestations', 'why', '--json')
  expect(why.code).toBe(1)
  expect(JSON.parse(why.output)).toMatchObject({
    id: refused?.id,
    outcome: 'refused',
    causes: [{ code: expect.stringMatching(/DEBUG/), path: expect.any(String), next: expect.any(String) }],
  })
  expect((await remote('attestations', 'why', accepted?.id ?? '')).code).toBe(0)
  await expect(remote('attestations', 'show', '00000000000-000000-000000000')).rejects.toMatchObject({ status: 403 })
  for (const limit of ['0', 'x', '1000000'])
    await expect(remote('attestations', 'list', '--limit', limit)).rejects.toMatchObject({
      code: 'CLI_ARGUMENT_INVALID',
    })
  await expect(remote('attestations', 'list', '--since', 'yesterday')).rejects.toMatchObject({ status: 502 })
})

test('a head that was kept: its signature is checked with the key, and no other file passes for one', async () => {
  const { remote, attest, path, dir } = await start()
  writeFileSync(path('secret'), 'x')
  await remote('secret', 'put', 'kbs:///a/b/c', '--file', path('secret'))
  await attest()
  const head = (await remote('audit', 'head', '--json')).output
  writeFileSync(path('head.json'), head)
  const key = createPublicKey(readFileSync(join(dir, 'keys', 'token.pem')))
  writeFileSync(path('key.pem'), key.export({ type: 'spki', format: 'pem' }))
  const [header = ''] = (JSON.parse(head) as { signature: string }).signature.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }
  writeFileSync(path('jwks.json'), JSON.stringify({ keys: [{ ...key.export({ format: 'jwk' }), alg: 'ES256', kid }] }))
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  writeFileSync(path('other.pem'), other.export({ type: 'spki', format: 'pem' }))
  const verify = (name: string, ...args: string[]) => remote('audit', 'verify', '--head', path(name), ...args)
  expect((await verify('head.json')).output).toMatch(/^intact: 2 entries\n[\s\S]*signature of the head: unchecked\n/)
  for (const name of ['key.pem', 'jwks.json']) {
    const { output, code } = await verify('head.json', '--head-key', path(name), '--json')
    expect([JSON.parse(output).headSignature, code]).toEqual(['good', 0])
  }
  const invalid = { code: 'SERVICE_AUDIT_HEAD_INVALID' }
  await expect(verify('head.json', '--head-key', path('other.pem'))).rejects.toMatchObject(invalid)
  writeFileSync(path('other.json'), JSON.stringify({ ...JSON.parse(head), seq: 1 }))
  await expect(verify('other.json', '--head-key', path('key.pem'))).rejects.toMatchObject(invalid)
  for (const text of ['', '{}', '[1]', '{"seq":"1"}']) {
    writeFileSync(path('no-head.json'), text)
    await expect(verify('no-head.json')).rejects.toMatchObject(invalid)
  }
  // What the log says must reach what was kept.
  writeFileSync(path('later.json'), JSON.stringify({ ...JSON.parse(head), seq: 9 }))
  expect(await verify('later.json')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^BROKEN at entry 3: head\n/),
  })
  await expect(remote('audit', 'verify', '--head-key', path('key.pem'))).rejects.toMatchObject({
    code: 'CLI_ARGUMENT_INVALID',
  })
})

test('the audit log is read by filter; what is no log is unreadable, and not broken', async () => {
  const { run, remote, attest, path } = await start()
  writeFileSync(path('secret'), 'x')
  for (const name of ['a/b/c', 'a/b/d']) await remote('secret', 'put', `kbs:///${name}`, '--file', path('secret'))
  await attest()
  const tail = async (...args: string[]) =>
    (await remote('audit', 'tail', '--json', ...args)).output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { seq: number }).seq)
  expect(await tail()).toEqual([1, 2, 3])
  expect(await tail('--action', 'secret.write')).toEqual([1, 2])
  expect(await tail('--object', 'a/b/d', '--outcome', 'done')).toEqual([2])
  expect(await tail('--actor', 'nobody')).toEqual([])
  expect(await tail('-n', '1')).toEqual([3])
  expect(await tail('--since', '1h')).toEqual([1, 2, 3])
  expect(await tail('--until', '1h')).toEqual([])
  await expect(remote('audit', 'tail', '--follow', '--until', '1h')).rejects.toMatchObject({
    code: 'CLI_ARGUMENT_INVALID',
  })
  await expect(remote('audit', 'tail', '-n', '0')).rejects.toMatchObject({ code: 'CLI_ARGUMENT_INVALID' })
  writeFileSync(path('export.jsonl'), (await remote('audit', 'tail', '--json')).output)
  expect(await run('audit', 'verify', path('export.jsonl'), '--json')).toMatchObject({ code: 0 })
  for (const [name, text] of [
    ['text', 'no JSON\n'],
    ['long', `${'x'.repeat((1 << 20) + 70_000)}\n`],
  ] as const) {
    writeFileSync(path(name), text)
    await expect(run('audit', 'verify', path(name))).rejects.toMatchObject({ code: 'CLI_FILE_UNREADABLE' })
  }
  await expect(run('audit', 'verify', path('absent'))).rejects.toMatchObject({ code: 'CLI_FILE_UNREADABLE' })
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

test('keys of others are registered, listed and removed; a token serves other programs', async () => {
  const { run, remote, path, dir, url } = await start()
  const pair = generateKeyPairSync('ed25519')
  writeFileSync(path('writer.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(path('writer.pem'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const add = ['access', 'add', 'ann', '--role', 'secret-writer', '--scope', 'team-a', '--days', '2']
  const added = await remote(...add, '--public-key', path('writer.pub'))
  expect(added.output).toMatch(/^[\w-]{43} {2}ann {2}secret-writer {2}team-a {2}until \d{4}-.* UTC\n$/)
  const id = added.output.slice(0, 43)
  await expect(remote(...add, '--public-key', path('writer.pem'))).rejects.toMatchObject({
    code: 'CLI_ARGUMENT_INVALID',
    message: '--public-key names a private key',
  })
  expect((await remote('access', 'list', '--role', 'secret-writer')).output).toBe(added.output)
  expect((await remote('access', 'list', '--role', 'auditor')).output).toBe('')
  const asWriter = ['--admin-key', path('writer.pem')]
  expect((await remote('access', 'me', ...asWriter)).output).toBe(
    `${id}  ann  secret-writer  team-a\nmay  secrets:list secrets:write\n`,
  )
  const { output: header } = await run('access', 'token', '--data', dir, '--header', ...asWriter)
  const ask = async () => {
    const [name = '', value = ''] = header.trim().split(': ')
    return (await fetch(`${url}/api/v1/me`, { headers: { [name]: value } })).status
  }
  expect(await ask()).toBe(200)
  await expect(run('access', 'token', '--data', dir, '--seconds', '86401')).rejects.toMatchObject({
    code: 'CLI_ARGUMENT_INVALID',
  })
  expect((await run('access', 'remove', '--url', url, '--data', dir, '--', id)).output).toBe(`removed ${id}\n`)
  expect(await ask()).toBe(401)
})

test('the help of `serve` says every key with its default and its danger', async () => {
  let text = ''
  const io = {
    out: (part: string) => (text += part),
    err: () => undefined,
    env: {},
    signal: new AbortController().signal,
  }
  await main(['serve', '--help'], io as unknown as Io)
  for (const { key, fallback } of CONFIG_REFERENCE.flatMap(({ keys }) => keys))
    expect(text).toContain(`\n  ${key}${fallback === undefined ? '' : ` = ${fallback}`}\n`)
  expect(text).toContain('Danger: Beyond loopback needs TLS or allowPlainHttp.')
  expect(text).not.toContain('(default: [])')
})
