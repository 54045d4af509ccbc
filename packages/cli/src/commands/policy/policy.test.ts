/** The commands against a real service that judges simulated machines: what they print, and how they end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKeyClient, type EvidenceJson } from '@veritee/guest'
import { createService } from '@veritee/service'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Io } from '../../io.ts'
import { main } from '../../main.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'policy commands' })
const ALLOW = 'package policy\ndefault allow := true\n'
const DENY = 'package policy\ndefault allow := false\n'
let url = ''
let dir = ''

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'veritee-policy-'))
  const service = await createService(
    {
      dir: join(dir, 'data'),
      listen: '127.0.0.1:0',
      collateral: { bundles: [write('collateral.json', JSON.stringify(world.collateral('tdx')))] },
      trustSimulatedRoots: [write('root.pem', world.root.pem)],
      release: { statuses: ['affirming', 'warning'] },
    },
    { now: () => NOW, logTo: { write: () => undefined } },
  )
  url = (await service.start()).url
  onTestFinished(async () => {
    await service.stop()
    rmSync(dir, { recursive: true, force: true })
  })
})

function write(name: string, content: string): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

async function policy(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const shown = { out: '', err: '' }
  const io: Io = {
    stdin: Readable.from([Buffer.from(ALLOW)]),
    out: (text) => {
      shown.out += typeof text === 'string' ? text : Buffer.from(text).toString()
    },
    err: (text) => {
      shown.err += text
    },
    colour: false,
    progress: false,
    env: {},
    now: () => NOW,
    signal: new AbortController().signal,
  }
  return { code: await main(['policy', ...args, '--url', url, '--data', join(dir, 'data')], io), ...shown }
}

async function attest(): Promise<void> {
  const collect = async (reportData: Uint8Array) =>
    JSON.parse(encodeTdxEvidence(world.issueTdxQuote({ reportData }))) as EvidenceJson
  await createKeyClient({ url, attester: { tee: 'tdx', collect } })
    .get('kbs:///default/key/absent')
    .catch(() => undefined)
}

const set = (id: string, text: string, ...more: string[]) =>
  policy('set', id, write('p.rego', text), '--reason', 'a reason', ...more)

/** What is done once a default policy is there. */
const after = (work: () => ReturnType<typeof policy>) => async () => {
  await set('default', ALLOW)
  return work()
}

describe('a policy that a service holds', () => {
  test('is set, read, listed and shown', async () => {
    expect(await policy('list')).toMatchObject({ code: 0, out: expect.stringContaining('no policies') })
    expect(await set('default', ALLOW)).toMatchObject({ code: 0, out: 'default version 1 is in force\n' })
    expect(await policy('get', 'default')).toMatchObject({ code: 0, out: ALLOW })
    expect((await policy('list')).out).toBe('default  attestation  version 1 in force\n')
    expect((await policy('show', 'default')).out).toMatch(
      /^default {2}attestation {2}version 1 in force\nsha384 {2}[0-9a-f]{96}\ntext/,
    )
    const { policies } = JSON.parse((await policy('list', '--json')).out) as { policies: object[] }
    expect(policies).toMatchObject([{ id: 'default', kind: 'attestation', activeVersion: 1 }])
  })

  test('is drafted, activated, rolled back and deleted', async () => {
    await set('second', ALLOW)
    expect((await set('second', DENY, '--draft')).out).toBe('second version 2 is kept as a draft\n')
    expect((await policy('get', 'second')).out).toBe(ALLOW)
    expect((await policy('get', 'second', '2')).out).toBe(DENY)
    expect((await policy('activate', 'second', '2', '--reason', 'reviewed')).out).toBe('second version 2 is in force\n')
    const back = await policy('rollback', 'second', '--reason', 'too strict')
    expect(back.out).toBe('second version 3 is in force: the text of version 1\n')
    expect((await policy('versions', 'second')).out.split('\n')).toEqual([
      expect.stringMatching(/^3 {2}2026-.* {2}admin: too strict \(in force\) \(text of 1\)$/),
      expect.stringMatching(/^2 .*a reason$/),
      expect.stringMatching(/^1 .*a reason$/),
      '',
    ])
    expect(await policy('delete', 'second')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    expect((await policy('delete', 'second', '--yes')).out).toBe('second is not in force any more\n')
    expect(await policy('get', 'second')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no version of second'),
    })
    expect((await policy('get', 'second', '3')).out).toBe(ALLOW)
  })

  test('comes from standard input, and decides about paths', async () => {
    const given = await policy(
      'set',
      'team',
      '-',
      '--resource',
      '--scope',
      'team-a',
      '--scope',
      'team-b/key',
      '--reason',
      'r',
    )
    expect(given.code).toBe(0)
    expect((await policy('list', '--kind', 'resource')).out).toBe(
      'team  resource team-a team-b/key  version 1 in force\n',
    )
    expect((await policy('list', '--kind', 'attestation')).out).toContain('no policies')
  })

  test.each([
    [2, 'does not compile', () => set('default', 'package policy\nallow := := 1\n')],
    [1, 'changed since', after(() => set('default', DENY, '--if-version', '0'))],
    [1, 'of the kind', () => set('default', ALLOW, '--resource')],
    [1, 'There is no policy', () => policy('versions', 'absent')],
    [1, 'such version', after(() => policy('get', 'default', '9'))],
    [1, 'not deleted here', after(() => policy('delete', 'default', '--yes'))],
    [2, 'is not the number of a version', () => policy('activate', 'default', 'x', '--reason', 'r')],
    [2, '--if-version', () => set('default', ALLOW, '--if-version', '-1')],
    [2, 'cannot be read', () => policy('set', 'default', join(dir, 'absent.rego'), '--reason', 'r')],
    [2, '--reason', () => policy('set', 'default', join(dir, 'p.rego'))],
  ])('exit %i: %s', async (code, said, work) => {
    const { code: ended, err } = await work()
    expect([ended, err]).toEqual([code, expect.stringContaining(said)])
  })
})

describe('a dry run', () => {
  test('says what would change and why, and exits 1 when anything would', async () => {
    await attest()
    await attest()
    const strict = write('strict.rego', DENY)
    const changed = await policy('dry-run', 'default', strict)
    expect(changed.code).toBe(1)
    expect(changed.out).toMatch(
      / {2}tdx {2}tdx-[0-9a-f]+ {2}warned -> refused\n {2}APPRAISAL_POLICY_REFUSED at allow: /,
    )
    expect(changed.out).toContain('2 warned would be refused\n')
    expect(changed.out).toContain('2 attempts looked at, 2 would come out differently\n')
    expect(await policy('dry-run', 'default', strict, '--last', '1', '--json')).toMatchObject({
      code: 1,
      out: expect.stringContaining('"total":1'),
    })
    expect(await policy('dry-run', 'default', strict, '--tee', 'snp')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 attempts'),
    })
    expect((await policy('dry-run', 'default', strict, '--since', '1h')).out).toContain('2 attempts')
    await set('default', DENY, '--draft')
    expect((await policy('dry-run', 'default', '--stored', '1')).code).toBe(1)
  })

  test.each([
    [2, '--last', ['--last', '0']],
    [2, '--since', ['--since', 'yesterday']],
    [2, 'not both', ['--stored', '1']],
  ])('exit %i: %s', async (code, said, more) => {
    const { code: ended, err } = await policy('dry-run', 'default', write('p.rego', ALLOW), ...more)
    expect([ended, err]).toEqual([code, expect.stringContaining(said)])
  })
})
