/** What holds for every command: its help, its `--json`, how it fails and how it is stopped. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CodedError } from '@veritee/codec/error'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Io } from './io.ts'
import { main } from './main.ts'
import { createProgram } from './program.ts'
import { renderFailure } from './render/failure.ts'
import { printable, printableValue, toJson } from './render/paint.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'veritee-program-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Captured {
  readonly io: Io
  readonly out: () => string
  readonly err: () => string
}

function capture(signal: AbortSignal = new AbortController().signal): Captured {
  let [out, err] = ['', '']
  const io: Io = {
    stdin: Readable.from([]),
    out: (text) => {
      out += typeof text === 'string' ? text : new TextDecoder().decode(text)
    },
    err: (text) => {
      err += text
    },
    colour: false,
    progress: false,
    env: {},
    now: () => 1_800_000_000,
    signal,
  }
  return { io, out: () => out, err: () => err }
}

const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

/** Every command that does something; what stands in for another program speaks its words. */
async function listCommands(): Promise<Command[]> {
  const walk = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(walk)
  const { io } = capture()
  return walk(await createProgram({ io, exit: () => undefined, attendSignal: () => undefined })).filter(
    (command) => !pathOf(command).startsWith('refs tool'),
  )
}

/** What these print is a text in a language of its own. */
const TEXT_ALONE = new Set(['policy fmt'])

describe('every command', async () => {
  test.each((await listCommands()).map((command) => [pathOf(command), command] as const))('%s', (_, command) => {
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text) })
    command.outputHelp()
    expect(help).toMatch(/Examples?:\n\s+\$ /)
    if (!TEXT_ALONE.has(pathOf(command))) expect(command.options.map(({ long }) => long)).toContain('--json')
  })
})

describe('a command by its name', () => {
  test('is the same as among all of them', async () => {
    const { io } = capture()
    const face = { io, exit: () => undefined, attendSignal: () => undefined }
    const { commands } = await createProgram(face)
    expect(commands.length).toBeGreaterThan(10)
    for (const command of commands) {
      const alone = await createProgram(face, command.name())
      expect(alone.commands.length).toBeLessThan(3)
      const same = alone.commands.find((one) => one.name() === command.name())
      expect(same?.helpInformation()).toBe(command.helpInformation())
    }
  })

  test('one that there is not is told the nearest', async () => {
    const { io, err } = capture()
    expect(await main(['verfy'], io)).toBe(2)
    expect(err()).toContain('verify')
  })
})

describe('a command that fails', () => {
  test('wrong usage is 2, and JSON where JSON is asked for', async () => {
    const { io, out } = capture()
    expect(await main(['verify', '--json'], io)).toBe(2)
    expect(JSON.parse(out()).error).toMatchObject({ code: 'CLI_ARGUMENT_INVALID' })
  })

  test('CLI_FILE_UNWRITABLE: a folder that takes no files, at once', async () => {
    const { io, err } = capture()
    expect(await main(['simulate', 'tdx', '--out', '/proc/veritee/world'], io)).toBe(2)
    expect(err()).toContain('CLI_FILE_UNWRITABLE')
  })

  test('CLI_FILE_UNREADABLE: a world that is not there', async () => {
    const { io, err } = capture()
    const args = ['collect', '--tee', 'simulated', '--world', join(folder, 'none'), '--report-data', '00']
    expect(await main(args, io)).toBe(2)
    expect(err()).not.toContain('unexpected')
  })

  test('CLI_FILE_EXISTS: a secret is not asked for when its file is taken', async () => {
    const { io, err } = capture()
    const args = ['secret', 'get', 'kbs:///a/b/c', '--attester', 'simulated', '--world', folder, '--out', folder]
    expect(await main(args, io)).toBe(2)
    expect(err()).toContain('CLI_FILE_EXISTS')
  })

  test.each(['http://keys.example.org:8081', 'https://user:pa55word@keys.example.org', 'file:///etc/passwd'])(
    'CLI_ARGUMENT_INVALID: an administrator does not speak to %s',
    async (url) => {
      const { io, out, err } = capture()
      expect(await main(['secret', 'list', '--url', url], io)).toBe(2)
      expect(err()).toContain('CLI_ARGUMENT_INVALID')
      expect(out() + err()).not.toContain('pa55word')
    },
  )
})

test('a command that is stopped ends with 130, whatever it waits for', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = new AbortController()
  const { io } = capture(stop.signal)
  await main(['simulate', 'tdx', '--out', folder], capture().io)
  server.once('request', () => stop.abort())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const out = join(folder, 'secret')
  const args = ['secret', 'get', 'kbs:///a/b/c', '--url', url, '--attester', 'simulated', '--world', folder]
  expect(await main([...args, '--out', out], io)).toBe(130)
  expect(readdirSync(folder).filter((name) => name.startsWith('secret'))).toEqual([])
  server.closeAllConnections()
  server.close()
})

describe('what is shown', () => {
  test('values from outside move no cursor, hide nothing and begin no line', () => {
    expect(printable('\u001b[2Ja\u009bb\u202ec\u200b')).toBe('\\u001b[2Ja\\u009bb\\u202ec\\u200b')
    expect(printableValue('x\naccepted: tdx evidence')).toBe('x\\naccepted: tdx evidence')
  })

  test('JSON stays the same JSON, and large numbers do not break it', () => {
    expect(JSON.parse(toJson({ a: '\u009b\u2028' }))).toEqual({ a: '\u009b\u2028' })
    expect(toJson({ a: 2n ** 64n })).toBe('{"a":"18446744073709551616"}')
  })

  test('a refusal with findings of any shape is still a refusal', () => {
    const table = { X_REFUSED: { status: 403, summary: 'refused', next: 'mend it' } }
    const details = { actual: 1n, findings: [null, 7, { message: 'm\u001b', code: 'C' }] }
    const error = new CodedError(table, 'X_REFUSED', undefined, { details })
    const { io, err } = capture()
    expect(renderFailure(io, error, false)).toBe(1)
    expect(err()).toContain('m\\u001b [C]')
    expect(renderFailure(io, error, true)).toBe(1)
  })
})
