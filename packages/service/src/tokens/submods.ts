/** Submodules of EAR tokens: one for each piece of evidence, by class and running index. */

import type { PolicyVerdict } from '@veritee/appraisal/policy'
import {
  createTrustVector,
  type EarSubmod,
  summarizeVector,
  TRUST_ASPECTS,
  type TrustTier,
  type TrustVector,
} from '@veritee/appraisal/tokens'
import type { JudgedEvidence } from './token-issuer.ts'

/** What the vector of a token was computed by, where no policy of an operator is. */
const POLICY_ID = 'default'

/** Kinds of evidence that speak of an accelerator; all others speak of the machine itself. */
const ACCELERATORS: ReadonlySet<string> = new Set(['hygondcu', 'nvidia', 'sampledevice'])

/** The class of a kind of evidence, in the names of tokens and policies. */
export function nameEvidenceClass(tee: string): 'cpu' | 'gpu' {
  return ACCELERATORS.has(tee) ? 'gpu' : 'cpu'
}

/** `cpu0` is the machine that holds the key. */
export function listSubmods(judged: readonly JudgedEvidence[]): EarSubmod[] {
  const counts = { cpu: 0, gpu: 0 }
  return judged.map((piece) => {
    const { evidence, judgement, verdicts = [], initData } = piece
    const kind = nameEvidenceClass(evidence.tee)
    const { runtimeData } = evidence
    return {
      name: `${kind}${counts[kind]++}`,
      judgement,
      trustVector: createPieceVector(piece),
      policyId: verdicts[0]?.policyId ?? POLICY_ID,
      ...(runtimeData === undefined ? {} : { runtimeData }),
      ...(initData === undefined ? {} : { initData }),
      ...(verdicts.length === 0 ? {} : { extensions: listExtensions(verdicts) }),
    }
  })
}

/** The vector of one piece: that of its policies, the worst claim of each aspect; without policies that of its judgement. */
export function createPieceVector({ judgement, verdicts = [] }: JudgedEvidence): TrustVector {
  if (verdicts.length === 0) return createTrustVector(judgement)
  return Object.fromEntries(
    TRUST_ASPECTS.flatMap((aspect) => {
      const claims = verdicts.flatMap(({ trustVector }) => trustVector[aspect] ?? [])
      const [worst] = claims.sort((a, b) => rank(b) - rank(a) || Math.abs(b) - Math.abs(a))
      return worst === undefined ? [] : [[aspect, worst]]
    }),
  )
}

const TIERS: readonly TrustTier[] = ['none', 'affirming', 'warning', 'contraindicated']

function rank(claim: number): number {
  return TIERS.indexOf(summarizeVector({ hardware: claim }))
}

function listExtensions(verdicts: readonly PolicyVerdict[]): Record<string, unknown> {
  return {
    ...Object.fromEntries(
      verdicts.toReversed().flatMap(({ extensions }) => extensions.map(({ name, value }) => [name, value])),
    ),
    'veritee.policies': verdicts.map(({ policyId, policyHash, status }) => ({
      id: policyId,
      sha384: policyHash,
      status,
    })),
  }
}
