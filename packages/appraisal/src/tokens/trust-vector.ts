/** Trustworthiness vectors (draft-ietf-rats-ar4si): what is believed about a machine, in one number an aspect. */
import { AppraisalError } from '../errors.ts'
import type { Judgement } from '../judge/types.ts'

/** Aspects of a vector, in the wire's spelling. */
export const TRUST_ASPECTS = [
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
] as const
export type TrustAspect = (typeof TRUST_ASPECTS)[number]

/** Claims from −128 to 127; an aspect that is left out says nothing. */
export type TrustVector = { readonly [aspect in TrustAspect]?: number }

/** Tiers, best first. */
export type TrustTier = 'none' | 'affirming' | 'warning' | 'contraindicated'

const TIERS: readonly TrustTier[] = ['none', 'affirming', 'warning', 'contraindicated']

/** The tier of one claim: −1..1 none, to ±31 (−32) affirming, to ±95 (−96) warning, beyond contraindicated. */
export function nameTier(claim: number): TrustTier {
  if (claim >= -1 && claim <= 1) return 'none'
  if (claim >= -32 && claim <= 31) return 'affirming'
  return claim >= -96 && claim <= 95 ? 'warning' : 'contraindicated'
}

/** The status of a vector: the worst tier of its claims; `none` if it has no claim. */
export function summarizeVector(vector: TrustVector): TrustTier {
  const ranks = Object.values(vector).map((claim) => TIERS.indexOf(nameTier(claim)))
  return TIERS[Math.max(0, ...ranks)]!
}

/** Checks a vector made elsewhere. Throws APPRAISAL_TOKEN_INPUT_INVALID for an unknown aspect or a number out of range. */
export function checkVector(vector: TrustVector): TrustVector {
  for (const [aspect, claim] of Object.entries(vector)) {
    const known = (TRUST_ASPECTS as readonly string[]).includes(aspect)
    if (!known || !Number.isInteger(claim) || claim < -128 || claim > 127) {
      throw new AppraisalError('APPRAISAL_TOKEN_INPUT_INVALID', undefined, {
        details: {
          path: `trustVector.${aspect}`,
          expected: known ? 'a whole number, -128 to 127' : TRUST_ASPECTS,
          actual: claim,
        },
      })
    }
  }
  return vector
}

/** Values of AR4SI that a judgement comes to. */
const GENUINE_HARDWARE = 2
const UNTRUSTED_HARDWARE = 97
const APPROVED_CONFIGURATION = 2
const APPROVED_BOOT = 3
const UNRECOGNIZED_EXECUTABLES = 33

/**
 * The vector that a judgement comes to where no policy computes another. Executables are affirmed only where expectations
 * pinned their measurements and hold: software that nobody named is a warning.
 */
export function createTrustVector(judgement: Judgement): TrustVector {
  if (!judgement.accepted) return { hardware: UNTRUSTED_HARDWARE }
  const unpinned =
    judgement.answers.expected !== 'yes' ||
    judgement.findings.some(({ code }) => code === 'APPRAISAL_MEASUREMENT_UNPINNED')
  return {
    configuration: APPROVED_CONFIGURATION,
    executables: unpinned ? UNRECOGNIZED_EXECUTABLES : APPROVED_BOOT,
    hardware: GENUINE_HARDWARE,
  }
}
