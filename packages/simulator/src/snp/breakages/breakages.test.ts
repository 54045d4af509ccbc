import { isCodedError } from '@veritee/codec/error'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import {
  appraiseSnp,
  parseSnpCollateral,
  parseSnpEvidence,
  parseSnpReport,
  type VerifiedSnp,
  verifySnpReport,
} from '@veritee/evidence/snp'
import { describe, expect, test } from 'vitest'
import type { SnpCase } from '../draft.ts'
import { createSnpWorld } from '../world.ts'
import { SNP_BREAKAGES, SNP_UNACCEPTED, SNP_UNBREAKABLE } from './index.ts'

const NOW = 1_790_000_000
const worlds = (['Milan', 'Genoa', 'Turin'] as const).map((product) =>
  createSnpWorld({ now: NOW, seed: `breakages ${product}`, product, authorityBits: 2048 }),
)

async function verifyCase({ report, evidence, collateral, now, root }: SnpCase): Promise<VerifiedSnp> {
  const parsed =
    evidence === undefined ? { report: parseSnpReport(report), certificates: [] } : parseSnpEvidence(evidence)
  const files = [...parsed.certificates.map(({ bytes }) => bytes), ...collateral]
  return await verifySnpReport(parsed.report, { collateral: parseSnpCollateral(files), now, roots: [root] })
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

describe.each(worlds)('$product', (world) => {
  test.each(SNP_BREAKAGES)('$code: $title', async ({ code, apply }) => {
    expect(await codeOf(() => verifyCase(apply(world)))).toBe(code)
  })

  test.each(SNP_UNACCEPTED)('$code: $title', async ({ code, apply }) => {
    const findings = appraiseSnp(await verifyCase(apply(world)))
    expect(findings.map((finding) => finding.code)).toEqual([code])
  })
})

test('every code of the SNP room has one broken case, or a reason why no evidence raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('SNP_'))
  const covered = [...SNP_BREAKAGES.map(({ code }) => code), ...Object.keys(SNP_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})
