/** What a change of reference values would do to machines that attested lately. Nothing is decided and nothing is kept. */
import type { AttestationPolicy, PolicyVerdict } from '@veritee/appraisal/policy'
import type { PolicyReferences } from '@veritee/appraisal/references'
import { summarizeVector } from '@veritee/appraisal/tokens'
import { isCodedError } from '@veritee/codec/error'
import type { Attempt, AttemptOutcome, AttemptRoom } from '../attempts/index.ts'
import { type AppraisedEvidence, findHousePolicy, type PolicyAppraiser, type PolicyRoom } from '../policies/index.ts'
import type { EffectAssessor } from '../references/index.ts'
import { nameEvidenceClass } from '../tokens/index.ts'

/** The newest so many attempts are looked at. */
const LOOKED_AT = 200
const MAX_CHANGED = 100

export interface ReferenceEffectOptions {
  readonly attempts: Pick<AttemptRoom, 'list' | 'readInput'>
  readonly policies: Pick<PolicyRoom, 'findAttestation'>
  readonly appraiser: Pick<PolicyAppraiser, 'appraiseWith'>
}

/** Counts of a preview, and what would come out differently. */
export interface ReferenceEffect {
  /** Attempts that were evaluated both ways. */
  readonly replayed: number
  /** Attempts that no policy was asked about, whose input is gone, or whose evidence was not genuine. */
  readonly notReplayable: number
  /** Machines that would be accepted and were not, and the other way round. */
  readonly gained: number
  readonly lost: number
  readonly changed: readonly {
    readonly id: string
    readonly tee: string
    readonly machine?: string
    readonly before: AttemptOutcome
    readonly after: AttemptOutcome
  }[]
}

export function createReferenceEffect(options: ReferenceEffectOptions): EffectAssessor {
  return async (before, after): Promise<ReferenceEffect> => {
    const changed: ReferenceEffect['changed'][number][] = []
    const [gained, lost] = [new Set<string>(), new Set<string>()]
    let [replayed, notReplayable] = [0, 0]
    for (const attempt of await options.attempts.list({ descending: true, limit: LOOKED_AT })) {
      const outcomes = await replay(attempt, [before, after], options)
      if (outcomes === undefined) {
        notReplayable++
        continue
      }
      replayed++
      const [was, is] = outcomes
      if (was === is) continue
      const { id, tee, machine = id } = attempt
      if (was === 'refused') gained.add(machine)
      if (is === 'refused') lost.add(machine)
      const known = attempt.machine === undefined ? {} : { machine: attempt.machine }
      if (changed.length < MAX_CHANGED) changed.push({ id, tee, ...known, before: was, after: is })
    }
    return { replayed, notReplayable, gained: gained.size, lost: lost.size, changed }
  }
}

type Outcome = 'accepted' | 'warned' | 'refused'

/** Undefined where the policies had nothing to say about the attempt. */
async function replay(
  attempt: Attempt,
  references: readonly [PolicyReferences, PolicyReferences],
  { attempts, policies, appraiser }: ReferenceEffectOptions,
): Promise<readonly [Outcome, Outcome] | undefined> {
  const asked = await Promise.all(attempt.policies.map((name) => findPolicy(name, policies)))
  const known = asked.flatMap((policy) => policy ?? [])
  if (known.length === 0 || attempt.evidence.some(({ judgement }) => !judgement.accepted)) return undefined
  const evidence = await readEvidence(attempt.id, attempts)
  if (evidence === undefined) return undefined
  const evaluate = (values: PolicyReferences): Outcome => {
    try {
      // Those of a class of evidence are asked about it alone, as when the machine attested.
      const verdicts = known.flatMap(({ policy, kind }) => {
        const own = kind === undefined ? evidence : evidence.filter(({ tee }) => nameEvidenceClass(tee) === kind)
        return appraiser.appraiseWith(own, policy, values, attempt.time)
      })
      return judgeVerdicts(verdicts)
    } catch (error) {
      if (isCodedError(error)) return 'refused'
      throw error
    }
  }
  return [evaluate(references[0]), evaluate(references[1])]
}

function judgeVerdicts(verdicts: readonly PolicyVerdict[]): Outcome {
  if (verdicts.some(({ allowed }) => !allowed)) return 'refused'
  return verdicts.every(({ trustVector }) => summarizeVector(trustVector) === 'affirming') ? 'accepted' : 'warned'
}

interface AskedPolicy {
  readonly policy: AttestationPolicy
  readonly kind?: 'cpu' | 'gpu'
}

/** The version in force of a policy that was asked as `id` or `id@version`; undefined for one that is gone. */
async function findPolicy(
  name: string,
  policies: ReferenceEffectOptions['policies'],
): Promise<AskedPolicy | undefined> {
  const id = name.replace(/@\d+$/, '')
  const suffix = /_(cpu|gpu)$/.exec(id)?.[1] as 'cpu' | 'gpu' | undefined
  const kind = suffix === undefined ? {} : { kind: suffix }
  const found = await policies.findAttestation(id)
  if (found !== undefined) return { policy: found.rules, ...kind }
  if (suffix === undefined || id !== `default_${suffix}`) return undefined
  return { policy: findHousePolicy(suffix), kind: suffix }
}

async function readEvidence(
  id: string,
  attempts: ReferenceEffectOptions['attempts'],
): Promise<readonly AppraisedEvidence[] | undefined> {
  try {
    return ((await attempts.readInput(id)) as { evidence: readonly AppraisedEvidence[] }).evidence
  } catch (error) {
    if (isCodedError(error) && error.code === 'SERVICE_ATTESTATION_INPUT_GONE') return undefined
    throw error
  }
}
