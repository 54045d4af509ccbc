/** The top of the library: is this evidence readable, genuine, fresh and expected? */
import { type CodedError, isCodedError } from '@veritee/codec/error'
import { type Recognized, recognizeEvidence } from '@veritee/evidence/recognize'
import type { Check, Finding } from '@veritee/evidence/result'
import { AppraisalError } from '../errors.ts'
import { appraiseExpectations } from '../expectations/evaluate.ts'
import { checkFreshness } from './freshness.ts'
import { appraiseInitData } from './init-data.ts'
import type { JudgeOptions } from './options.ts'
import type { Answers, Judgement } from './types.ts'
import { appraiseUnanswerable } from './unanswerable.ts'
import { unsupported } from './unsupported.ts'
import type { GenuineEvidence, ReadableEvidence } from './verifier.ts'
import { canonicalTee, VERIFIERS } from './verifiers.ts'

const UNASKED: Answers = { readable: 'unasked', genuine: 'unasked', fresh: 'unasked', expected: 'unasked' }

/**
 * Judges evidence of a trusted execution environment: a quote or report (raw, hex or base64), or evidence JSON as text or
 * value.
 *
 * Never throws for bad evidence: what is malformed, forged, stale or unexpected is an answer `no` with the check or the
 * finding that says why. `accepted` means that nothing asked came out `no`; ask for freshness with `reportData` and for
 * measurements with `expectations`, or they are not judged.
 *
 * @example
 * const judgement = await judgeEvidence(quote, { collateral: [bundle], now, reportData, expectations })
 * if (!judgement.accepted) console.log(judgement.answers, judgement.findings)
 */
export async function judgeEvidence(input: Uint8Array | string | object, options: JudgeOptions): Promise<Judgement> {
  const source = await attempt(async () => openInput(input))
  if ('error' in source) return refuse({ ...UNASKED, readable: 'no' }, source.error, 'evidence.form')
  const composite = findComposite(source.value)
  return composite === undefined ? judgeSingle(source.value, options) : judgeParts(composite, options)
}

/** Evidence as recognised, or as a value that was parsed already. */
type Source = { readonly content: Recognized } | { readonly value: object }

function openInput(input: Uint8Array | string | object): Source {
  const isText = typeof input === 'string' || input instanceof Uint8Array
  return isText ? { content: recognizeEvidence(input) } : { value: input }
}

/** Evidence of a machine and of devices beside it, or undefined. */
function findComposite(source: Source): object | undefined {
  if ('value' in source) return 'primary_evidence' in source.value ? source.value : undefined
  return source.content.kind === 'composite-evidence' ? source.content.evidence : undefined
}

async function judgeParts(evidence: object, options: JudgeOptions): Promise<Judgement> {
  const { judgeComposite } = await import('./composite.ts')
  const judgePart = (value: object, own: JudgeOptions) => judgeSingle({ value }, own)
  const judged = await attempt(() => judgeComposite(evidence, options, judgePart))
  return 'error' in judged ? refuse({ ...UNASKED, readable: 'no' }, judged.error, 'evidence.form') : judged.value
}

async function judgeSingle(source: Source, options: JudgeOptions): Promise<Judgement> {
  const read = await attempt(() => readEvidence(source, options))
  if ('error' in read) return refuse({ ...UNASKED, readable: 'no' }, read.error, 'evidence.form')
  const { tee } = read.value
  const answers: Answers = { ...UNASKED, readable: 'yes' }
  const verified = await attempt(() => read.value.verify(options))
  if ('error' in verified) {
    const findings = read.value.explain?.(verified.error) ?? []
    return { ...refuse({ ...answers, genuine: 'no' }, verified.error, 'evidence.genuine', tee), findings }
  }
  return describe(tee, { ...answers, genuine: 'yes' }, verified.value, options)
}

async function readEvidence(source: Source, options: JudgeOptions): Promise<ReadableEvidence> {
  const tee = options.tee === undefined ? undefined : canonicalTee(options.tee)
  const evidence =
    'content' in source ? await readRecognized(source.content, options) : await readValue(source.value, tee, options)
  if (tee === undefined || evidence.tee === tee) return evidence
  throw new AppraisalError('APPRAISAL_EVIDENCE_TEE_MISMATCH', undefined, {
    details: { path: 'evidence.tee', expected: tee, actual: evidence.tee },
  })
}

/** Evidence JSON that was parsed already: its kind is told, or found out from its members. */
async function readValue(value: object, tee: string | undefined, options: JudgeOptions): Promise<ReadableEvidence> {
  const row = tee === undefined ? undefined : VERIFIERS.find(({ tees }) => tees.includes(tee))
  if (row !== undefined && tee !== undefined) return (await row.load()).readJson(value, options, tee)
  if (tee !== undefined) throw unsupported(tee)
  return readRecognized(recognizeEvidence(JSON.stringify(value)), options)
}

async function readRecognized(content: Recognized, options: JudgeOptions): Promise<ReadableEvidence> {
  const row = VERIFIERS.find((entry) => entry.accepts(content))
  if (row === undefined) throw unsupported(content.kind === 'evidence-json' ? content.tee : content.kind)
  return (await row.load()).read(content, options)
}

function describe(tee: string, answers: Answers, genuine: GenuineEvidence, options: JudgeOptions): Judgement {
  const { status, advisories, claims, simulated, root, expiresAt, devices } = genuine
  const fresh = checkFreshness(genuine.reportData, options.reportData, genuine.isAnswerTo)
  const findings = appraise(tee, genuine, options)
  const failed = findings.some(({ severity }) => severity === 'error')
  const expected = failed ? 'no' : options.expectations === undefined ? 'unasked' : 'yes'
  return {
    tee,
    answers: { ...answers, fresh: fresh.answer, expected },
    genuine: true,
    accepted: fresh.answer !== 'no' && expected !== 'no',
    ...(status === undefined ? {} : { status }),
    advisories,
    checks: [...genuine.checks, fresh.check],
    findings,
    claims,
    simulated,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(root === undefined ? {} : { root }),
    ...(devices === undefined ? {} : { devices }),
  }
}

function appraise(tee: string, genuine: GenuineEvidence, options: JudgeOptions): Finding[] {
  const { claims, tcb, initData, provesInitData } = genuine
  const { expectations } = options
  return [
    ...genuine.appraise(options),
    ...(options.initData === undefined ? [] : appraiseInitData(tee, initData, options.initData, provesInitData)),
    ...appraiseUnanswerable(tee, genuine, options),
    ...(expectations === undefined
      ? []
      : appraiseExpectations({ tee, claims, ...(tcb === undefined ? {} : { tcb }) }, expectations)),
  ]
}

/** The judgement of what ended early. The checks that the error brings are kept; the failing one is the last. */
function refuse(answers: Answers, error: CodedError, id: string, tee?: string): Judgement {
  const { code, message, next, details } = error
  const trail = Array.isArray(details['checks']) ? (details['checks'] as readonly Check[]) : []
  const failed: Check = {
    id: details.path ?? id,
    result: 'fail',
    code,
    message,
    next,
    ...('expected' in details ? { expected: details.expected } : {}),
    ...('actual' in details ? { actual: details.actual } : {}),
  }
  return {
    ...(tee === undefined ? {} : { tee }),
    answers,
    genuine: false,
    accepted: false,
    advisories: [],
    checks: trail.at(-1)?.result === 'fail' ? trail : [...trail, failed],
    findings: [],
    claims: {},
    simulated: false,
  }
}

type Attempt<T> = { readonly value: T } | { readonly error: CodedError }

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: expectCoded(error) }
  }
}

/** Errors of the house are about the evidence; any other is a fault of this program and passes as it is. */
function expectCoded(error: unknown): CodedError {
  if (isCodedError(error)) return error
  throw error
}
