/** Asking the policies in force about evidence that was found genuine. */
import {
  type AttestationPolicy,
  createPolicyInput,
  evaluateAttestationPolicy,
  type PolicyVerdict,
  writeClaimsAsTexts,
} from '@veritee/appraisal/policy'
import type { PolicyReferences } from '@veritee/appraisal/references'
import type { Claims } from '@veritee/evidence/result'
import { ServiceError } from '../errors.ts'
import { nameEvidenceClass } from '../tokens/index.ts'
import { findHousePolicy, isHousePolicy } from './houses.ts'
import type { PolicyRoom } from './room/room.ts'
import { DEFAULT_POLICY_ID } from './room/rules.ts'

/** One piece of evidence as policies see it. */
export interface AppraisedEvidence {
  readonly tee: string
  readonly claims: Claims
  readonly runtimeData?: unknown
  readonly initData?: unknown
}

/** What the policies that were asked say. */
export interface Appraisal {
  /** For each piece of evidence, in the order asked; empty where no policy is and the judgement alone counts. */
  readonly verdicts: readonly (readonly PolicyVerdict[])[]
  /** Policies that were asked, as `id@version`. */
  readonly asked: readonly string[]
}

/** Asks policies about evidence. */
export interface PolicyAppraiser {
  /**
   * @param ids policies to ask, `default` where none is named; all of them must allow
   * @throws AppraisalError APPRAISAL_POLICY_*; ServiceError SERVICE_POLICY_UNKNOWN
   */
  appraise(evidence: readonly AppraisedEvidence[], ids: readonly string[], now: number): Promise<Appraisal>
  /** The same with other policies or references than those in force: for dry runs and previews. */
  appraiseWith(
    evidence: readonly AppraisedEvidence[],
    policy: AttestationPolicy,
    references: PolicyReferences,
    now: number,
  ): PolicyVerdict[]
  /** What policies see now. */
  readReferences(): Promise<PolicyReferences>
}

export interface PolicyAppraiserOptions {
  readonly room: PolicyRoom
  readonly references: { read(): Promise<PolicyReferences> }
  /** What judges where there is no policy `default`: expectations, or reference values by the policies of the house. */
  readonly fallback: 'expectations' | 'references'
  /** How the claims of some machines are written for the policies of operators. */
  readonly claims: 'typed' | 'texts'
}

const MAX_POLICIES = 16

export function createPolicyAppraiser(options: PolicyAppraiserOptions): PolicyAppraiser {
  const { room, references, fallback, claims } = options
  /** `ID_cpu` and `ID_gpu` come before `ID`, as some services name their policies by class. */
  const find = async (id: string, kind: 'cpu' | 'gpu'): Promise<FoundPolicy | undefined> => {
    const found = await room.findAttestation(`${id}_${kind}`, id)
    if (found !== undefined) {
      const { head, version } = found.active
      return { policy: found.rules, name: `${head.id}@${version}` }
    }
    if (id === DEFAULT_POLICY_ID) return fallback === 'references' ? describeHouse(kind) : undefined
    throw new ServiceError('SERVICE_POLICY_UNKNOWN', `There is no attestation policy ${id}.`, {
      details: { path: 'policy_ids', actual: id },
    })
  }
  const clock = () => performance.now()
  /** The policies of the house read numbers as numbers. */
  const pair = (piece: AppraisedEvidence, policy: AttestationPolicy): Pair => ({
    piece,
    policy,
    seen: claims === 'typed' || isHousePolicy(policy) ? piece : writeClaimsAsTexts(piece),
  })
  const appraiseWith: PolicyAppraiser['appraiseWith'] = (evidence, policy, values, now) =>
    evaluateAll(
      evidence.map((piece) => pair(piece, policy)),
      values,
      now,
      clock,
    )
  return {
    async appraise(evidence, ids, now) {
      const asked = ids.length === 0 ? [DEFAULT_POLICY_ID] : [...new Set(ids)]
      if (asked.length > MAX_POLICIES) {
        throw new ServiceError('SERVICE_REQUEST_INVALID', `At most ${MAX_POLICIES} policies may be asked at once.`, {
          details: { path: 'policy_ids', expected: MAX_POLICIES, actual: asked.length },
        })
      }
      const verdicts = evidence.map((): PolicyVerdict[] => [])
      const names = new Set<string>()
      for (const id of asked) {
        const pairs: Pair[] = []
        for (const piece of evidence) {
          const found = await find(id, nameEvidenceClass(piece.tee))
          if (found === undefined) continue
          names.add(found.name)
          pairs.push(pair(piece, found.policy))
        }
        if (pairs.length === 0) continue
        const results = evaluateAll(pairs, await references.read(), now, clock)
        pairs.forEach(({ piece }, index) => {
          verdicts[evidence.indexOf(piece)]?.push(results[index] as PolicyVerdict)
        })
      }
      return { verdicts, asked: [...names] }
    },
    appraiseWith,
    readReferences: () => references.read(),
  }
}

interface FoundPolicy {
  readonly policy: AttestationPolicy
  readonly name: string
}

const describeHouse = (kind: 'cpu' | 'gpu'): FoundPolicy => {
  const policy = findHousePolicy(kind)
  return { policy, name: policy.id }
}

interface Pair {
  readonly piece: AppraisedEvidence
  readonly policy: AttestationPolicy
  /** The piece as the policy sees it. */
  readonly seen: AppraisedEvidence
}

/** A policy that only allows is asked once, about everything together; one with trust claims about each piece. */
function evaluateAll(
  pairs: readonly Pair[],
  references: PolicyReferences,
  now: number,
  clock: () => number,
): PolicyVerdict[] {
  const whole = new Map<AttestationPolicy, PolicyVerdict>()
  return pairs.map(({ seen, policy }) => {
    const evaluate = (pieces: readonly AppraisedEvidence[]) =>
      evaluateAttestationPolicy(policy, { input: createPolicyInput(pieces), references, now, clock })
    if (policy.hasTrustClaims || policy.aspects.length > 0) return evaluate([seen])
    let verdict = whole.get(policy)
    if (verdict === undefined) {
      verdict = evaluate(pairs.filter((pair) => pair.policy === policy).map((pair) => pair.seen))
      whole.set(policy, verdict)
    }
    return verdict
  })
}
