/** The commands against a real service: what they print, where, and how they end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createService } from '@veritee/service'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Io } from '../io.ts'
import { main } from '../main.ts'

/** One second for commands and service alike: what lapses a year after it was registered lapses at one time. */
const NOW = Math.floor(Date.now() / 1000)

let url = ''
let grpc = ''
let dir = ''

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'veritee-refs-'))
  const service = await createService(
    { dir: join(dir, 'data'), listen: '127.0.0.1:0', store: { driver: 'memory' }, grpc: { references: '127.0.0.1:0' } },
    { logTo: { write: () => undefined }, now: () => NOW },
  )
  url = (await service.start()).url
  grpc = `http://${service.grpcAddresses['references']}`
  onTestFinished(async () => {
    await service.stop()
    rmSync(dir, { recursive: true, force: true })
  })
})

function write(name: string, content: unknown): string {
  const path = join(dir, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function run(args: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  const shown = { out: '', err: '' }
  const io: Io = {
    stdin: Readable.from([Buffer.from(input)]),
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
  return { code: await main(args, io), ...shown }
}

const refs = (...args: string[]) => run(['refs', ...args, '--url', url, '--data', join(dir, 'data')])
const tool = (...args: string[]) => run(['refs', 'tool', ...args, '--addr', grpc])

const message = (values: object) => ({
  version: '0.1.0',
  type: 'sample',
  payload: Buffer.from(JSON.stringify(values)).toString('base64'),
})

describe('veritee refs', () => {
  test('register, diff, query, list, revoke, versions, restore, delete', async () => {
    const first = write('first.json', { kernel: ['aa', 'bb'], svn: 3 })
    expect(await refs('register', first, '--set', 'web', '--reason', 'image 1')).toEqual({
      code: 0,
      out: 'registered; set web is at version 1 with 2 names\n',
      err: '',
    })
    const second = write('second.json', message({ kernel: ['cc'], initrd: ['dd'] }))
    const diff = await refs('diff', second, '--set', 'web', '--replace')
    expect(diff.out.split('\n')).toEqual(['+ initrd dd', '- kernel aa', '- kernel bb', '+ kernel cc', ''])
    await refs('register', second, '--set', 'web')
    expect(JSON.parse((await refs('query', 'kernel')).out)).toEqual(['aa', 'bb', 'cc'])
    const revoked = await refs('revoke', 'kernel', '--value', 'aa', '--set', 'web', '--reason', 'CVE')
    expect(revoked.out).toBe('revoked values of kernel; set web is at version 3\n')
    expect(JSON.parse((await refs('query', '--json')).out)).toEqual({ kernel: ['bb', 'cc'], svn: 3, initrd: ['dd'] })
    const refused = await refs('register', first, '--set', 'web')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('CVE')
    expect((await refs('versions', '--set', 'web')).out).toMatch(
      /^3 .* revoke: CVE\n2 .* merge: .*\n1 .* merge: image 1\n$/,
    )
    expect((await refs('diff', '--set', 'web', '--from', '1', '--to', '3')).out).toContain('- kernel aa')
    expect((await refs('restore', '1', '--set', 'web', '--reason', 'back')).err).toContain('CVE')
    expect((await refs('restore', '2', '--set', 'web', '--reason', 'back')).code).toBe(1)
    await refs('reinstate', 'kernel', '--set', 'web', '--reason', 'in error')
    expect((await refs('restore', '1', '--set', 'web', '--reason', 'back')).out).toContain('restored version 1')
    expect((await refs('delete', 'svn', '--set', 'web')).out).toBe('deleted svn; set web is at version 6\n')
    expect((await refs('list')).out).toMatch(/^web: version 6, 1 name, next expiry /)
    expect((await refs('list', '--set', 'web')).out).toMatch(/^kernel until .*\n {2}aa\n {2}bb\n$/)
  })

  test('an expiry of one’s own', async () => {
    const file = write('values.json', { kernel: ['aa'] })
    await refs('register', file, '--valid-until', '2020-01-01T00:00:00Z')
    expect((await refs('list', '--set', 'default')).out).toMatch(/^kernel expired until 2020/)
    expect(JSON.parse((await refs('query')).out)).toEqual({})
  })

  test.each([
    ['CLI_FILE_UNREADABLE', ['register', '/nowhere/absent.json']],
    ['CLI_UNFIT_INPUT', ['register', 'LIST']],
    ['CLI_ARGUMENT_INVALID', ['diff']],
    ['CLI_ARGUMENT_INVALID', ['restore', 'x', '--reason', 'r']],
    ['CLI_SERVICE_REFUSED', ['query', 'absent']],
    ['CLI_SERVICE_REFUSED', ['list', '--set', 'absent']],
  ])('%s: %j', async (code, args) => {
    const list = write('list.json', [1])
    const failed = await refs(...args.map((arg) => (arg === 'LIST' ? list : arg)), '--json')
    expect(failed.code).not.toBe(0)
    expect(JSON.parse(failed.out)).toMatchObject({ error: { code } })
  })
})

describe('rvps-tool', () => {
  test('register, query, list, delete', async () => {
    const path = write('message.json', message({ 'tdx.mr_td': ['aa'], svn: 1 }))
    expect(await tool('register', '--path', path)).toEqual({
      code: 0,
      out: '',
      err: 'Register provenance succeeded.\n',
    })
    expect((await tool('query')).err).toBe('Get reference values succeeded:\n {"svn":1,"tdx.mr_td":["aa"]}\n')
    expect((await tool('query', '-i', 'svn')).err).toBe('Get reference value succeeded:\n 1\n')
    expect((await tool('query', '-i', 'svn', '--json')).out).toBe('1\n')
    expect((await tool('list')).out).toBe('svn\ntdx.mr_td\n')
    expect((await tool('delete', '--name', 'svn')).err).toBe('Delete reference value succeeded.\n')
    expect((await tool('list')).out).toBe('tdx.mr_td\n')
  })

  test('what is refused ends with 1 and says why; what is not reached ends with 2', async () => {
    const path = write('message.json', '{"version":"9","type":"sample","payload":"e30="}')
    const refused = await tool('register', '--path', path)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('REFERENCE_VERSION_UNSUPPORTED')
    expect((await tool('set-list', '--path', path)).err).toContain('REFERENCE_LIST_INVALID')
    const unreached = await run(['refs', 'tool', 'query', '--addr', 'http://127.0.0.1:1'])
    expect(unreached.code).toBe(2)
    expect(unreached.err).toContain('CLI_SERVICE_UNREACHABLE')
  })

  test.each([
    ['--addr', 'ftp://127.0.0.1:1'],
    ['--addr', 'no address'],
    ['https://refs.example:50003', 'http://refs.example:50003', '--admin-key', 'absent.pem'],
  ])('CLI_ARGUMENT_INVALID names %s for %s', async (named, addr, ...more) => {
    const refused = await run(['refs', 'tool', 'query', '--addr', addr, ...more])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('CLI_ARGUMENT_INVALID')
    expect(refused.err).toContain(named)
  })
})
