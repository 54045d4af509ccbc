/** How policies see the claims of machines: typed, or as texts for policies that were written for them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PlainGuest } from '../../../testkit/plain-client.ts'
import { createSite, readProblem, startService } from './fixture.ts'
import { COLLATERAL, MACHINES, type Machine, ROOTS } from './machines.ts'

const SNP = MACHINES.find(({ tee }) => tee === 'snp') as Machine
const policy = (condition: string) => `package policy\nimport rego.v1\ndefault allow := false\nallow if ${condition}\n`
const AS_TEXTS = policy('input.snp.policy_debug_allowed == "0"')
const TYPED = policy('input.snp.policy_debug_allowed == false')

async function attest(text: string | undefined, policies: object) {
  const site = createSite()
  const folder = join(site.dir, '..')
  const put = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const opa = join(folder, 'opa')
  mkdirSync(opa)
  if (text !== undefined) writeFileSync(join(opa, 'default.rego'), text)
  const { expect: _, ...config } = site.config
  const running = await startService(
    { ...site, config },
    {
      store: { driver: 'memory' },
      collateral: { bundles: Object.entries(COLLATERAL).map(([name, content]) => put(name, content)) },
      trustSimulatedRoots: Object.entries(ROOTS).map(([name, content]) => put(name, content)),
      policies: { folder: opa, ...policies },
    },
  )
  const response = await new PlainGuest(running.url, { tee: 'snp', attester: SNP.attest }).handshake()
  return { status: response.status, problem: response.status === 200 ? undefined : await readProblem(response) }
}

test.each([
  [AS_TEXTS, 'texts', 200],
  [AS_TEXTS, 'typed', 401],
  [TYPED, 'typed', 200],
  [TYPED, 'texts', 401],
] as const)('%s, with claims as %s: %i', async (text, claims, status) => {
  const answer = await attest(text, { claims })
  expect(answer.status, JSON.stringify(answer.problem?.findings)).toBe(status)
})

test('the policies of the house see the same either way', async () => {
  const answers = await Promise.all(
    ['typed', 'texts'].map((claims) => attest(undefined, { claims, fallback: 'references' })),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})
