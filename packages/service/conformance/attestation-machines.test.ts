/** Evidence of every kind at the attestation service: genuine, tampered with, and of a device beside its machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encode, hash, KEY } from './attestation-fixture.ts'
import { createSite } from './fixture.ts'
import { COLLATERAL, DEVICES, MACHINES, type Machine, ROOTS } from './machines.ts'
import { ALLOW, DENY, readPayload, startPolicyHouse } from './policy-fixture.ts'

const NONCE = new Uint8Array(32).fill(7)

async function start() {
  const site = createSite()
  const writeAll = (name: string, files: typeof ROOTS) => {
    const folder = join(site.dir, '..', name)
    mkdirSync(folder)
    return Object.entries(files).map(([file, content]) => {
      writeFileSync(join(folder, file), content)
      return join(folder, file)
    })
  }
  writeAll('collateral', COLLATERAL)
  const house = await startPolicyHouse(
    {
      store: { driver: 'memory' },
      collateral: { bundles: [join(site.dir, '..', 'collateral')] },
      trustSimulatedRoots: writeAll('roots', ROOTS),
      expect: undefined,
    },
    site,
  )
  const evaluate = async (pieces: object[], policy_ids: string[] = []) => {
    const response = await fetch(`${house.url}/api/as/attestation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ verification_requests: pieces, policy_ids }),
    })
    const text = await response.text()
    const body = (response.ok ? readPayload(text) : JSON.parse(text)) as Record<string, never>
    return { status: response.status, body }
  }
  return { ...house, evaluate }
}

const pieceOf = ({ tee }: Machine, evidence: object) => ({
  tee,
  evidence: encode(evidence),
  runtime_data: { raw: Buffer.from(NONCE).toString('base64url') },
})

test.each([...MACHINES, ...DEVICES].map((machine) => [machine.title, machine] as const))(
  '%s: a token, and with one bit changed a refusal in the words of its clients',
  async (_, machine) => {
    const { evaluate, auditEntries } = await start()
    const genuine = await evaluate([pieceOf(machine, machine.attest(NONCE))])
    expect([genuine.status, genuine.body['code']]).toEqual([200, undefined])
    const evidence = structuredClone(machine.attest(NONCE))
    machine.tamper(evidence)
    const { status, body } = await evaluate([pieceOf(machine, evidence)])
    expect([status, body['code']]).toEqual([422, 'AS.EVIDENCE.VERIFICATION_FAILED'])
    expect(body['field']).toMatch(/^verification_requests\[0\]\.evidence/)
    expect(JSON.stringify(body['findings'])).toContain(machine.code)
    const stale = await evaluate([
      { ...pieceOf(machine, machine.attest(NONCE)), runtime_data: { raw: Buffer.alloc(32, 8).toString('base64url') } },
    ])
    expect([stale.status, stale.body['code']]).toEqual([422, 'AS.EVIDENCE.BINDING_MISMATCH'])
    expect(
      (await auditEntries()).filter(({ action }) => action === 'attestation').map(({ outcome }) => outcome),
    ).toEqual(['done', 'refused', 'refused'])
  },
)

test('a machine with a device beside it: one token, a submod each, each under the policy of its class', async () => {
  const { evaluate, put } = await start()
  const machine = MACHINES.find(({ tee }) => tee === 'tdx') as Machine
  const device = DEVICES.find(({ tee }) => tee === 'hygondcu') as Machine
  const data = { nonce: 'bm9uY2U=', 'tee-pubkey': KEY }
  const bound = (one: Machine) => ({
    tee: one.tee,
    evidence: encode(one.attest(hash('sha384', data))),
    runtime_data: { structured: data },
  })
  const both = [bound(machine), bound(device)]
  const { status, body } = await evaluate(both)
  expect([status, Object.keys(body['submods'] ?? {})]).toEqual([200, ['cpu0', 'gpu0']])
  await put('default_cpu', ALLOW)
  await put('default_gpu', DENY)
  expect((await evaluate(both)).body).toMatchObject({ code: 'AS.POLICY.REFUSED', cause: 'BROKER_EVIDENCE_REFUSED' })
  expect((await evaluate([bound(machine)])).status).toBe(200)
})
