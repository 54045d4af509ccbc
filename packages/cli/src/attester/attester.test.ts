import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { main } from '../main.ts'

async function run(...args: string[]) {
  let out = ''
  const io = {
    stdin: Readable.from([]),
    out: (text: string | Uint8Array) => {
      out += text
    },
    err: () => {},
    colour: false,
    progress: false,
    env: {},
    now: () => 1_790_000_000,
    signal: new AbortController().signal,
  }
  const code = await main([...args, '--json'], io)
  return { code, error: JSON.parse(out).error }
}

// The machine that runs the tests is no confidential guest.
test('CLI_EVIDENCE_UNAVAILABLE: what is missing is named, door by door', async () => {
  const { code, error } = await run('collect', '--report-data', '00')
  expect(error).toMatchObject({ code: 'CLI_EVIDENCE_UNAVAILABLE', details: { path: '--tee' } })
  const { actual } = error.details as { actual: string[] }
  for (const door of ['/sys/kernel/config/tsm/report', '/dev/csv-guest', '/dev/tpmrm0'])
    expect(
      actual.some((line) => line.startsWith(`${door}: `)),
      door,
    ).toBe(true)
  expect(code).toBe(2)
})

test('CLI_ARGUMENT_INVALID: a kind that nothing here collects, by the option that was typed', async () => {
  const { error } = await run('collect', '--tee', 'moon', '--report-data', '00')
  expect(error).toMatchObject({ code: 'CLI_ARGUMENT_INVALID', details: { path: '--tee', actual: 'moon' } })
})
