import { parseDcapCollateral, parseDcapRoot } from '@veritee/evidence/dcap'
import { createDcapWorld, DCAP_BREAKAGES, DCAP_UNACCEPTED } from '@veritee/simulator'
import { expect, test } from 'vitest'
import { judgeEvidence } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'appraisal judge broken' })

/** What a judgement says about a simulated case. */
async function judge({ apply, verification }: (typeof DCAP_BREAKAGES)[number]) {
  const { quote, collateral, now, root } = apply(world)
  const { rules, tee } = verification ?? {}
  return await judgeEvidence(quote, {
    now,
    roots: [parseDcapRoot(root)],
    collateral: parseDcapCollateral(collateral),
    ...(rules === undefined ? {} : { rules }),
    ...(tee === undefined ? {} : { tee }),
  })
}

/** Raised before a judgement, or only where a caller asks the parser for more than a judgement does. */
const ELSEWHERE = new Set([
  'DCAP_COLLATERAL_INVALID',
  'DCAP_COLLATERAL_EXCESSIVE',
  'DCAP_QUOTE_PADDING_NOT_ZERO',
  'DCAP_QUOTE_TEE_MISMATCH',
  'DCAP_ROOT_INVALID',
])
const judged = DCAP_BREAKAGES.filter(({ code }) => !ELSEWHERE.has(code))

test.each(judged.map((breakage) => [breakage.code, breakage.title, breakage] as const))(
  '%s: %s',
  async (code, _title, breakage) => {
    const judgement = await judge(breakage)
    expect(judgement).toMatchObject({ genuine: false, accepted: false, claims: {} })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code, next: expect.any(String) })
  },
)

test.each(DCAP_UNACCEPTED.map((breakage) => [breakage.code, breakage.title, breakage] as const))(
  '%s: %s',
  async (code, _title, breakage) => {
    const judgement = await judge(breakage)
    expect(judgement).toMatchObject({ genuine: true, accepted: false, answers: { genuine: 'yes', expected: 'no' } })
    expect(judgement.findings).toMatchObject([{ code, severity: 'error', next: expect.any(String) }])
  },
)
