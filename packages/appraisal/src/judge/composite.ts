/** Judging composite evidence: the machine and each device by itself, then what ties them. */
import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { type CompositeEvidence, checkSvsmPair, parseCompositeEvidence } from '@veritee/evidence/composite'
import type { Check, Claims, Finding } from '@veritee/evidence/result'
import type { Expectations } from '../expectations/types.ts'
import type { JudgeOptions } from './options.ts'
import { describeUnbound, KEY_UNPROVEN, MANIFEST_CHECK, TPM_UNTIED } from './svsm.ts'
import type { Answer, Answers, Judgement } from './types.ts'

/** Judges one piece of evidence. */
export type JudgeOne = (evidence: object, options: JudgeOptions) => Promise<Judgement>

const QUESTIONS = ['readable', 'genuine', 'fresh', 'expected'] as const

/**
 * Judges the primary evidence and every device. Devices answer the same question through report data of their own
 * (`deviceReportData`), so one nonce and one key bind all of them; expectations go to the part whose claims they name.
 * One answer `no` anywhere is the answer of the whole.
 *
 * @throws EvidenceError COMPOSITE_* for evidence that cannot be read as composite
 */
export async function judgeComposite(json: object, options: JudgeOptions, judgeOne: JudgeOne): Promise<Judgement> {
  const evidence = parseCompositeEvidence(json)
  const tees = evidence.devices.map(({ tee }) => tee)
  const primary = await judgeOne(evidence.primary, { ...options, ...expecting(keepOthers(options.expectations, tees)) })
  const devices: Judgement[] = []
  for (const device of evidence.devices) {
    devices.push(await judgeOne(device.evidence, optionsOf(device.tee, options)))
  }
  return join(primary, devices, checkPair(primary, devices, evidence))
}

/** Init data and event logs are the machine's. */
function optionsOf(tee: string, options: JudgeOptions): JudgeOptions {
  const { initData: _, eventLog: __, expectations, deviceReportData, reportData, ...rest } = options
  const asked = deviceReportData ?? reportData
  return {
    ...rest,
    tee,
    ...(asked === undefined ? {} : { reportData: asked }),
    ...expecting(keepOwn(expectations, tee)),
  }
}

function expecting(expectations: Expectations | undefined): { expectations: Expectations } | object {
  return expectations === undefined ? {} : { expectations }
}

function keepOthers(expectations: Expectations | undefined, tees: readonly string[]): Expectations | undefined {
  if (expectations === undefined) return undefined
  return { ...expectations, claims: expectations.claims.filter(({ path }) => !tees.some((tee) => isOf(path, tee))) }
}

function keepOwn(expectations: Expectations | undefined, tee: string): Expectations | undefined {
  const claims = expectations?.claims.filter(({ path }) => isOf(path, tee)) ?? []
  return expectations === undefined || claims.length === 0 ? undefined : { allow: expectations.allow, claims }
}

function isOf(path: string, tee: string): boolean {
  return path.startsWith(`${tee}.`)
}

/**
 * The pair of an SNP report and its vTPM. A TPM beside any other machine is tied to it by the question alone, which is
 * said.
 */
export function checkPair(
  { tee = '', checks }: Judgement,
  devices: readonly Judgement[],
  evidence: CompositeEvidence,
): readonly Check[] {
  const id = 'composite.svsm'
  const hasTpm = evidence.devices.some((device) => device.tee === 'tpm')
  try {
    const endorsementName = checkSvsmPair(tee, evidence)
    if (endorsementName === undefined) return hasTpm ? [TPM_UNTIED] : []
    // A manifest that the report is not known to cover pairs nothing.
    const isBound = checks.some((check) => check.id === MANIFEST_CHECK && check.result === 'pass')
    if (!isBound) return [describeUnbound(id)]
    const tpm = devices.find((device) => device.tee === 'tpm')?.claims['tpm'] as Claims | undefined
    // The endorsement key beside the quote is the sender's word; what the attestation key was enrolled with is not.
    const isEnrolled = tpm?.['ek_name'] === encodeHex(endorsementName)
    return [{ id, result: 'pass' }, ...(isEnrolled ? [] : [KEY_UNPROVEN])]
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { code, message, next, details } = error
    const { expected, actual } = details
    return [{ id, result: 'fail', code, message, next, expected, actual }]
  }
}

function join(primary: Judgement, devices: readonly Judgement[], pair: readonly Check[]): Judgement {
  const parts = [primary, ...devices]
  const answers = joinAnswers(parts)
  const isPaired = pair.every(({ result }) => result !== 'fail')
  const genuine = isPaired && parts.every((part) => part.genuine)
  const ends = parts.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]))
  return {
    ...primary,
    answers: isPaired ? answers : { ...answers, genuine: 'no' },
    genuine,
    accepted: genuine && parts.every(({ accepted }) => accepted),
    checks: [...primary.checks, ...devices.flatMap(checksOf), ...pair],
    findings: parts.flatMap<Finding>(({ findings }) => findings),
    claims: genuine ? Object.assign({}, ...devices.map(claimsOf), primary.claims) : {},
    simulated: parts.some(({ simulated }) => simulated),
    ...(ends.length === 0 ? {} : { expiresAt: Math.min(...ends) }),
    devices,
  }
}

function joinAnswers(parts: readonly Judgement[]): Answers {
  const joined = QUESTIONS.map((question) => [
    question,
    joinAnswer(
      parts.map(({ answers }) => answers[question]),
      question,
    ),
  ])
  return Object.fromEntries(joined) as unknown as Answers
}

/** All must be readable, genuine and fresh; expectations hold where some were asked and none failed. */
function joinAnswer(given: readonly Answer[], question: keyof Answers): Answer {
  if (given.includes('no')) return 'no'
  const isYes = question === 'expected' ? given.includes('yes') : given.every((answer) => answer === 'yes')
  return isYes ? 'yes' : 'unasked'
}

function checksOf({ tee = 'device', checks }: Judgement): Check[] {
  return checks.map((check) => ({ ...check, id: `${tee}: ${check.id}` }))
}

/** The claims of the device's kind; report data and init data of the whole are the machine's. */
function claimsOf({ tee = '', claims }: Judgement): object {
  return { [tee]: claims[tee] }
}
