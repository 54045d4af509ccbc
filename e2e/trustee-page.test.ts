/** The page about Trustee services holds as it is printed, in both languages; only addresses and the folder it all is in differ. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyClient } from '@veritee/guest'
import { createDcapWorld } from '@veritee/simulator'
import { expect, it, onTestFinished } from 'vitest'
import { BOOT, createBootedGuest, referencesOf } from '../testkit/booted-guest.ts'
import { readPageBlocks } from '../testkit/page.ts'
import { createTrusteeSite } from '../testkit/trustee-site.ts'

const PAUSE_MS = 200

it.each(['en', 'zh'])('%s: run it in the place of Trustee services', async (language) => {
  const world = createDcapWorld({ now: Math.floor(Date.now() / 1000), seed: `the page ${language}` })
  const site = await createTrusteeSite(world)
  onTestFinished(() => site.close())
  site.put('reference-value.json', JSON.stringify(referencesOf(BOOT)))
  const health = `http://127.0.0.1:${site.ports.gateway}/api/health`
  const typed: string[] = []
  for (const block of readPageBlocks(`${language}/trustee.md`)) {
    const { code, out, err } = await site.type(block)
    expect(code, block + err).toBe(0)
    typed.push(out + err)
    if (block.includes('trustee-gateway')) await waitForAnswer(health)
  }
  const said = typed.join('')
  expect(said).toContain('{"status":"ok"}')
  expect(said).toMatch(/"kbs":\{"status":"ok".*"as":\{"status":"ok".*"rvps":\{"status":"ok"/)
  expect(said).toContain('Register provenance succeeded.')
  for (const name of ['rvps', 'grpc-as', 'kbs'])
    expect(readFileSync(join(site.folder, `${name}.log`), 'utf8')).toContain('trustee-gateway starts one service')
  expect(readFileSync(join(site.folder, 'trustee-gateway.log'), 'utf8')).toContain('speak plain HTTP')
  const client = createKeyClient({
    url: `http://127.0.0.1:${site.ports.gateway}/api`,
    attester: createBootedGuest(world),
    attempts: 1,
  })
  const secret = new TextDecoder().decode(await client.get('kbs:///default/local-resources/data'))
  expect(secret).toBe(readFileSync(join(site.folder, 'key'), 'utf8').trim())

  const unified = 'opt/confidential-containers/storage/local_fs'
  site.put(`${unified}/repository/default\\x2Fkey\\x2Fone`, 'one secret')
  site.put(`${unified}/repository/team.a\\x2Fkey\\x2Ftwo`, 'another')
  site.put(`${unified}/attestation_service_policy/default_cpu`, 'package policy\n\ndefault allow := true\n')
  const takeOver = readPageBlocks(`${language}/trustee.md`, 'console').find((block) => block.includes('local_fs'))
  const taken = await site.type(takeOver ?? 'false')
  expect(taken.code, taken.err).toBe(0)
  expect(new TextDecoder().decode(await client.get('kbs:///default/key/one'))).toBe('one secret')
  expect(new TextDecoder().decode(await client.get('kbs:///team.a/key/two'))).toBe('another')
  expect(
    readFileSync(join(site.folder, 'opt/trustee/attestation-service/policies/opa/default_cpu.rego'), 'utf8'),
  ).toContain('allow := true')
})

async function waitForAnswer(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new Error(`${url} did not answer`)
}

it('the gateway wants its own file, beside which the others are', async () => {
  const world = createDcapWorld({ now: Math.floor(Date.now() / 1000), seed: 'the page' })
  const site = await createTrusteeSite(world)
  onTestFinished(() => site.close())
  const refused = await site.type('trustee-gateway --config /etc/trustee/other.yml || echo "ended with $?"')
  expect(refused).toMatchObject({ out: 'ended with 2\n', err: expect.stringContaining('must be called gateway.yml') })
})
