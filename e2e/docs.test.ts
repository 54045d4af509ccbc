/** The task pages hold as they are printed, in both languages. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type TypedLine, typePage } from '../testkit/page.ts'

async function type(page: string): Promise<TypedLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return await typePage(page, folder)
}

/** Lines that the page says are refused. */
const refused = (typed: readonly TypedLine[]) => typed.filter(({ code }) => code !== 0)

it.each(['en', 'zh'])('%s: judge a quote', async (language) => {
  const typed = await type(`${language}/verify.md`)
  expect(typed.length).toBeGreaterThan(4)
  expect(refused(typed).map(({ code }) => code)).toEqual([1])
  expect(refused(typed)[0]).toMatchObject({
    line: expect.stringContaining('broken-tdx'),
    output: expect.stringContaining('DCAP_QUOTE_SIGNATURE_INVALID'),
  })
  expect(typed.map(({ output }) => output).join('')).toContain('genuine and fresh')
})

it.each(['en', 'zh'])('%s: release a secret to a proven machine', async (language) => {
  const typed = await type(`${language}/key-broker.md`)
  expect(typed.length).toBeGreaterThan(5)
  const last = typed.at(-1)!
  expect(refused(typed), JSON.stringify(refused(typed))).toEqual([last])
  expect(last).toMatchObject({ code: 1, output: expect.stringContaining('tdx.quote.body.mr_td') })
})

it.each(['en', 'zh'])('%s: evidence of every TEE', async (language) => {
  const typed = await type(`${language}/evidence.md`)
  expect(refused(typed), JSON.stringify(refused(typed))).toEqual([typed.at(-1)])
  expect(typed.at(-1)).toMatchObject({ code: 1, output: expect.stringContaining('SNP_VEK_TCB') })
  expect(typed.filter(({ output }) => output.startsWith('accepted: SIMULATED'))).toHaveLength(14)
})

it.each(['en', 'zh'])('%s: decide by policies', async (language) => {
  const typed = await type(`${language}/policies.md`)
  // Two dry runs that would change something, and three machines that a policy stands in the way of.
  expect(refused(typed).map(({ code, line }) => [code, /dry-run|secret get/.exec(line)?.[0]])).toEqual([
    [1, 'dry-run'],
    [1, 'dry-run'],
    [1, 'secret get'],
    [1, 'secret get'],
    [1, 'secret get'],
  ])
  const said = typed.map(({ output }) => output).join('')
  expect(said).toContain('1 attempt looked at, 1 would come out differently')
  expect(said).toContain('default version 3 is in force: the text of version 1')
  expect(said).toContain('"status":"ok"')
  expect(said).toContain('"extra-params":{"jwt":"')
})
