import { isCodedError } from '@veritee/codec/error'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import { parseDcapRoot } from '@veritee/evidence/dcap'
import { appraiseDcap } from '@veritee/evidence/dcap/acceptance'
import { parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { parseQuote } from '@veritee/evidence/dcap/quote'
import { type VerifiedDcap, verifyDcapQuote, verifyTdxQuote } from '@veritee/evidence/dcap/verify'
import { describe, expect, test } from 'vitest'
import type { DcapCase } from '../draft.ts'
import { createDcapWorld } from '../world.ts'
import { type CaseRules, DCAP_BREAKAGES, DCAP_UNACCEPTED, DCAP_UNBREAKABLE } from './index.ts'

const NOW = 1_790_000_000
const worlds = (['platform', 'processor'] as const).map((ca) =>
  createDcapWorld({ now: NOW, seed: `breakages ${ca}`, ca }),
)

async function verifyCase(
  made: DcapCase,
  { rules = 'strict', strictPadding, tee }: CaseRules = {},
): Promise<VerifiedDcap> {
  if (strictPadding === true) parseQuote(made.quote, { strictPadding })
  const verify = tee === 'tdx' ? verifyTdxQuote : verifyDcapQuote
  const collateral = parseDcapCollateral(made.collateral)
  return await verify(made.quote, { collateral, now: made.now, roots: [parseDcapRoot(made.root)], rules })
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'verified'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

describe.each(worlds)('a platform of the $recipe.ca CA', (world) => {
  test.each(DCAP_BREAKAGES)('$code: $title', async ({ code, verification, apply }) => {
    expect(await codeOf(() => verifyCase(apply(world), verification))).toBe(code)
  })

  test.each(DCAP_UNACCEPTED)('$code: $title', async ({ code, apply }) => {
    const findings = appraiseDcap(await verifyCase(apply(world)))
    expect(findings.map((finding) => finding.code)).toEqual([code])
  })
})

test('every code of the DCAP room has a broken case, or a reason why verification cannot raise it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('DCAP_'))
  const covered = [...DCAP_BREAKAGES.map(({ code }) => code), ...Object.keys(DCAP_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})
