/** Each simulated kind, sound and broken for each code it offers, through the two commands that a person types. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { Io } from '../io.ts'
import { main } from '../main.ts'
import { DCAP_CASES } from './dcap.ts'
import { SIMULATED_KINDS } from './kinds.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function run(args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const io: Io = {
    stdin: Readable.from([]),
    out: (text) => {
      out += typeof text === 'string' ? text : new TextDecoder().decode(text)
    },
    err: () => {},
    colour: false,
    progress: false,
    env: {},
    now: () => 1_800_000_000,
    signal: new AbortController().signal,
  }
  return { code: await main(args, io), out }
}

/** Makes evidence in the folder of the kind and judges it with the line that was printed. */
async function judge(kind: string, folder: string, ...more: string[]) {
  const made = await run(['simulate', kind, '--out', folder, '--json', ...more])
  expect(made.code).toBe(0)
  const line = (JSON.parse(made.out) as { verify: string }).verify.split(' ').slice(1)
  const { code, out } = await run([...line, '--json'])
  return { code, judgement: JSON.parse(out) }
}

function createFolder(kind: string): string {
  const folder = mkdtempSync(join(tmpdir(), `veritee-simulate-${kind}-`))
  folders.push(folder)
  return folder
}

const kinds = [
  ...SIMULATED_KINDS.map(({ name, breakages }) => ({ name, breakages })),
  { name: 'tdx', breakages: DCAP_CASES.map(({ code }) => code) },
]

describe.each(kinds)('$name', ({ name, breakages }) => {
  const folder = createFolder(name)

  test('as it is made', async () => {
    const { code, judgement } = await judge(name, folder)
    expect(judgement).toMatchObject({ genuine: true, accepted: true, simulated: true })
    expect(code).toBe(0)
  })

  test.each(breakages)('broken as %s', async (broken) => {
    const { code, judgement } = await judge(name, folder, '--break', broken)
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code: broken })
    expect(code).not.toBe(0)
  })
})
