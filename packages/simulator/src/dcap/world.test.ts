import { parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { verifyDcapQuote } from '@veritee/evidence/dcap/verify'
import { expect, test } from 'vitest'
import { createDcapWorld } from './world.ts'

test('smoke', async () => {
  const now = 1_790_000_000
  const world = createDcapWorld({ now, seed: 'x' })
  const v = await verifyDcapQuote(world.issueTdxQuote(), {
    collateral: parseDcapCollateral(world.collateral('tdx')),
    now,
    roots: [world.root],
  })
  console.log(v.tcb.status, v.simulated, v.checks.map((c) => c.id).join(' '))
  const w = await verifyDcapQuote(world.issueSgxQuote(), {
    collateral: parseDcapCollateral(world.collateral('sgx')),
    now,
    roots: [world.root],
  })
  expect(w.tcb.status).toBe('UpToDate')
})
