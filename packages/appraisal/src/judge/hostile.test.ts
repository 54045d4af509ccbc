/** A judgement is an answer whatever it is given: changed evidence of each kind, as text and as a value. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvWorld } from '@veritee/simulator/csv'
import { createDcuWorld } from '@veritee/simulator/dcu'
import { createEnclaveWorld } from '@veritee/simulator/enclave'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortSimulatedRoots } from '../roots/index.ts'
import { type JudgeOptions, judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = { now: NOW, seed: 'hostile' }
const dcap = createDcapWorld(world)
const csv = createCsvWorld(world)
const azure = createAzureWorld(world)
const svsm = createSvsmWorld(world)
const tpm = createTpmWorld(world)
const gpu = createGpuWorld(world)
const dcu = createDcuWorld(world)
const enclave = createEnclaveWorld(world)

const file = (name: string, bytes: string | Uint8Array) => ({
  name,
  bytes: typeof bytes === 'string' ? encodeUtf8(bytes) : bytes,
})
const { trust } = sortSimulatedRoots([
  file('csv', csv.root.certificate),
  file('dcu', dcu.root.certificate),
  file('snp', azure.snp!.root.pem),
  file('svsm', svsm.roots),
  file('tpm', tpm.authority),
  file('gpu', gpu.root.pem),
  file('enclave', enclave.root.pem),
])
const options: JudgeOptions = {
  now: NOW,
  reportData: new Uint8Array(32).fill(1),
  trust: { ...trust, sample: true },
  roots: [parseDcapRoot(dcap.root.pem)],
  collateral: parseDcapCollateral(dcap.collateral('tdx')),
  collateralFiles: [
    file('chip', csv.hskCek),
    file('device', dcu.hskCek),
    file('chain', azure.snp!.chain()),
    file('svsm chain', svsm.snp.chain()),
  ],
  acceptance: { csv: { allowExperimental: true } },
}

const KINDS: readonly (readonly [string, object])[] = [
  ['tdx', JSON.parse(encodeTdxEvidence(dcap.issueTdxQuote()))],
  ['csv', csv.issueEvidence({ version: 2 })],
  ['tpm', tpm.issueEvidence()],
  ['az-snp-vtpm', azure.issueEvidence()],
  ['svsm', svsm.issueEvidence()],
  ['nvidia', gpu.issueEvidence()],
  ['hygondcu', dcu.issueEvidence()],
  ['enclave', enclave.issueEvidence()],
  ['sample', { svn: '1', report_data: 'AQE=' }],
]

test.each(KINDS)('%s: whatever is exchanged in it, a judgement comes back', async (_kind, genuine) => {
  const { answers } = await judgeEvidence(genuine, options)
  expect(answers.genuine).toBe('yes')
  const text = JSON.stringify(genuine)
  const members = Object.keys(genuine)
  const asText = fc.record({ at: fc.nat(text.length - 1), letter: fc.constantFrom(...'{}[]",:0a\\') })
  const asValue = fc.record({ member: fc.constantFrom(...members), value: fc.jsonValue({ maxDepth: 3 }) })
  await fc.assert(
    fc.asyncProperty(fc.oneof(asText, asValue), async (change) => {
      const input =
        'at' in change
          ? text.slice(0, change.at) + change.letter + text.slice(change.at + 1)
          : { ...genuine, [change.member]: change.value }
      const judgement = await judgeEvidence(input, options)
      // The question is another one, so nothing is accepted, and only what is genuine makes claims.
      expect(judgement.accepted).toBe(false)
      expect(judgement.genuine || Object.keys(judgement.claims).length === 0).toBe(true)
      expect(judgement.checks.length).toBeGreaterThan(0)
    }),
    { numRuns: 80 },
  )
})
