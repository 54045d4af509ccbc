/** `veritee policy` as a policy author types it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root, veritee } from '../testkit/command.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'veritee-policy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const CLAIMS = { tdx: { quote: { body: { mr_td: 'aa' } } } }

it.each(['cpu', 'device'])('the default policy of %s passes its tests, every row reached', async (kind) => {
  const folder = join(root, 'packages/appraisal/policies', kind)
  const { code, out } = await veritee(['policy', 'test', folder, '--coverage'])
  expect(out).toMatch(/\d+ passed, 0 failed, 0 skipped/)
  expect(out).toContain('100.0 %')
  expect(code).toBe(0)
})

it('a syntax error points at its place and says what was expected', async () => {
  const path = write('broken.rego', 'package policy\n\nallow if {\n\tinput.x ==\n}\n')
  const { code, err } = await veritee(['policy', 'check', path])
  expect(code).toBe(2)
  expect(err).toMatch(/broken\.rego:[45]:\d+/)
  expect(err).toContain('^')
})

it('an unknown function is named', async () => {
  const path = write('unknown.rego', 'package policy\n\nallow if cuont(input.x) > 1\n')
  const { code, err } = await veritee(['policy', 'check', path])
  expect(code).toBe(2)
  expect(err).toContain('cuont')
})

it('eval: allowed, refused with its explanation, and formatted', async () => {
  const policy = write(
    'allow.rego',
    'package policy\n\nallow if input.tdx.quote.body.mr_td in query_reference_value("mr_td")\n',
  )
  const input = write('claims.json', JSON.stringify(CLAIMS))
  const good = write('good.json', JSON.stringify({ mr_td: ['aa'] }))
  const other = write('other.json', JSON.stringify({ mr_td: ['bb'] }))
  expect(await veritee(['policy', 'eval', policy, '--input', input, '--references', good])).toMatchObject({
    code: 0,
    out: 'data.policy.allow = true\n',
  })
  const refused = await veritee(['policy', 'eval', policy, '--input', input, '--references', other, '--explain'])
  expect(refused.code).toBe(1)
  expect(refused.out).toContain('input.tdx.quote.body.mr_td')
  expect(refused.out).toContain('"aa"')
  expect(await veritee(['policy', 'fmt', policy])).toMatchObject({ code: 0 })
})
