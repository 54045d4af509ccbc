/** Recorded attestations under another policy: what would come out differently. Nothing is decided and nothing is kept. */
import { type AttestationPolicy, compileAttestationPolicy, type PolicyVerdict } from '@veritee/appraisal/policy'
import { summarizeVector } from '@veritee/appraisal/tokens'
import { isCodedError } from '@veritee/codec/error'
import { type Attempt, type AttemptOutcome, type AttemptRoom, attemptKey } from '../attempts/index.ts'
import { nameEvidenceClass } from '../tokens/index.ts'
import type { AppraisedEvidence, PolicyAppraiser } from './appraiser.ts'

export interface DryRunRequest {
  readonly id: string
  readonly text: string
  readonly dialect?: 'auto' | 'v0' | 'v1'
  /** The newest so many attempts. */
  readonly last: number
  /** Epoch seconds. */
  readonly since?: number
  readonly until?: number
  readonly tee?: string
}

/** One attempt that would come out differently. */
export interface ChangedAttempt {
  readonly id: string
  readonly time: number
  readonly tee: string
  readonly machine?: string
  readonly before: AttemptOutcome
  readonly after: AttemptOutcome
  readonly cause?: { readonly code: string; readonly path: string; readonly message: string }
}

export interface DryRunResult {
  /** Counts by outcome before, then by outcome after. */
  readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly changed: readonly ChangedAttempt[]
  /** Attempts whose input is not kept any more. */
  readonly notReplayable: number
  readonly total: number
}

export interface DryRunRuntime {
  readonly attempts: Pick<AttemptRoom, 'list' | 'readInput'>
  readonly appraiser: PolicyAppraiser
  /** Epoch seconds. */
  readonly now: () => number
  readonly onProgress?: (done: number, total: number) => void
  /** Ends the run where nobody waits for it any more. */
  readonly signal?: AbortSignal
}

const PAGE = 200
const PROGRESS_EVERY = 100
const MAX_CHANGED = 1000

/**
 * Prepares a run, which begins when it is called.
 *
 * @throws AppraisalError APPRAISAL_POLICY_* for a text that does not compile
 */
export function prepareDryRun(request: DryRunRequest, runtime: DryRunRuntime): () => Promise<DryRunResult> {
  const { id, text, dialect = 'auto' } = request
  const policy = compileAttestationPolicy({ id, text, dialect })
  return () => runDry(request, policy, runtime)
}

async function runDry(
  request: DryRunRequest,
  policy: AttestationPolicy,
  runtime: DryRunRuntime,
): Promise<DryRunResult> {
  const references = await runtime.appraiser.readReferences()
  const attempts = await listAttempts(request, runtime)
  const matrix: Record<string, Record<string, number>> = {}
  const changed: ChangedAttempt[] = []
  let notReplayable = 0
  for (const [index, attempt] of attempts.entries()) {
    runtime.signal?.throwIfAborted()
    const evidence = await readEvidence(attempt, runtime)
    if (evidence === undefined) notReplayable++
    else {
      const { after, cause } = replay(attempt, evidence, (pieces) =>
        runtime.appraiser.appraiseWith(pieces, policy, references, attempt.time),
      )
      const row = matrix[attempt.outcome] ?? {}
      matrix[attempt.outcome] = { ...row, [after]: (row[after] ?? 0) + 1 }
      if (after !== attempt.outcome && changed.length < MAX_CHANGED) changed.push(describeChange(attempt, after, cause))
    }
    if ((index + 1) % PROGRESS_EVERY === 0) runtime.onProgress?.(index + 1, attempts.length)
  }
  return { matrix, changed, notReplayable, total: attempts.length }
}

async function listAttempts(
  { last, since, until, tee }: DryRunRequest,
  { attempts }: DryRunRuntime,
): Promise<Attempt[]> {
  const found: Attempt[] = []
  let after = until === undefined ? undefined : attemptKey(until)
  while (found.length < last) {
    const page = await attempts.list({
      limit: Math.min(PAGE, last - found.length),
      after,
      until: attemptKey(since ?? 0),
      descending: true,
      ...(tee === undefined ? {} : { where: { tee } }),
    })
    found.push(...page)
    const oldest = page.at(-1)
    if (oldest === undefined) break
    after = attemptKey(oldest.id)
  }
  return found
}

interface RecordedEvidence extends AppraisedEvidence {
  /** Absent in records of accepted evidence alone. */
  readonly accepted?: boolean
}

async function readEvidence({ id }: Attempt, { attempts }: DryRunRuntime): Promise<RecordedEvidence[] | undefined> {
  try {
    return ((await attempts.readInput(id)) as { evidence: RecordedEvidence[] }).evidence
  } catch (error) {
    if (isCodedError(error) && error.code === 'SERVICE_ATTESTATION_INPUT_GONE') return undefined
    throw error
  }
}

interface Replayed {
  readonly after: AttemptOutcome
  readonly cause?: ChangedAttempt['cause']
}

/** What was refused before any policy was asked stays refused. */
function replay(
  attempt: Attempt,
  evidence: readonly RecordedEvidence[],
  appraise: (pieces: readonly AppraisedEvidence[]) => PolicyVerdict[],
): Replayed {
  const refused = attempt.evidence.some(({ judgement }) => !judgement.accepted)
  if (evidence.length === 0 || refused || evidence.some(({ accepted }) => accepted === false))
    return { after: attempt.outcome }
  try {
    const machine = evidence.filter(({ tee }) => nameEvidenceClass(tee) === 'cpu')
    const verdicts = appraise(machine.length > 0 ? machine : evidence)
    const [cause] = verdicts.flatMap(({ findings }) => findings)
    const given = cause === undefined ? {} : { cause }
    if (verdicts.some(({ allowed }) => !allowed)) return { after: 'refused', ...given }
    const affirmed = verdicts.every(({ trustVector }) => summarizeVector(trustVector) === 'affirming')
    return affirmed ? { after: 'accepted' } : { after: 'warned', ...given }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { code, message, details } = error
    return { after: 'refused', cause: { code, message, path: details.path ?? '' } }
  }
}

function describeChange(attempt: Attempt, after: AttemptOutcome, cause: ChangedAttempt['cause']): ChangedAttempt {
  const { id, time, tee, machine, outcome } = attempt
  return {
    id,
    time,
    tee,
    ...(machine === undefined ? {} : { machine }),
    before: outcome,
    after,
    ...(cause === undefined ? {} : { cause: { code: cause.code, path: cause.path, message: cause.message } }),
  }
}
