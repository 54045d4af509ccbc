/** Judging a case of the corpus and comparing the outcome. */
import { appraiseDcap } from '../src/dcap/acceptance/index.ts'
import { formatDateTime } from '../src/dcap/collateral/index.ts'
import { type DcapRoot, parseDcapRoot } from '../src/dcap/roots.ts'
import type { TcbSide } from '../src/dcap/tcb/index.ts'
import { type DcapRules, type VerifiedDcap, verifyDcapQuote } from '../src/dcap/verify/index.ts'
import { EvidenceError } from '../src/errors.ts'
import { collateralOf, type OracleCase, type OracleStep } from './corpus.ts'
import { STATUSES } from './statuses.ts'

/** What we say of a case. */
export interface Outcome {
  /** A TCB status, or `Rejected`. */
  readonly verdict: string
  /** Our code where the verdict is `Rejected`. */
  readonly code?: string
  /** Which call of Intel's library our failing check belongs to. */
  readonly step?: OracleStep
  readonly verified?: VerifiedDcap
}

/** Findings that are refusals of the TEE itself, whatever its TCB status. */
const ATTRIBUTE_FINDINGS: ReadonlySet<string> = new Set([
  'DCAP_ENCLAVE_DEBUG',
  'DCAP_ENCLAVE_NOT_INITIALIZED',
  'DCAP_TD_ATTRIBUTES_UNACCEPTED',
  'DCAP_TD_DEBUG',
  'DCAP_TD_MIGRATABLE',
  'DCAP_TD_SEPT_VE_ENABLED',
])

/** Judges a case by our rules; under strict rules with the default acceptance of attributes. */
export async function judgeCase(item: OracleCase, rules: DcapRules): Promise<Outcome> {
  try {
    const verified = await verifyDcapQuote(new Uint8Array(Buffer.from(item.quote, 'base64')), {
      collateral: collateralOf(item),
      now: item.at,
      roots: [readRoot(item, rules)],
      rules,
    })
    const refused = appraiseDcap(verified).find(({ code }) => ATTRIBUTE_FINDINGS.has(code))
    if (rules === 'strict' && refused !== undefined) return { verdict: 'Rejected', code: refused.code }
    return { verdict: verified.tcb.status, verified }
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    return { verdict: 'Rejected', code: error.code, step: stepOf(error) }
  }
}

/** Every difference between what is expected of a case and what we say; empty when it conforms. */
export function compareOutcome(item: OracleCase, rules: DcapRules, outcome: Outcome): readonly string[] {
  return rules === 'strict' ? compareStrict(item, outcome) : compareParity(item, outcome)
}

function compareStrict({ expect }: OracleCase, outcome: Outcome): readonly string[] {
  const expected = expect.strict?.verdict ?? expect.composed.verdict
  if (outcome.verdict === expected || expect.either?.includes(outcome.verdict) === true) {
    return compareTcb(expect, outcome)
  }
  return [difference('verdict', expected, `${outcome.verdict} ${outcome.code ?? ''}`)]
}

function compareParity({ expect }: OracleCase, outcome: Outcome): readonly string[] {
  const { verdict, step, status, expired } = expect.composed
  if (outcome.verdict !== verdict) return [difference('verdict', verdict, `${outcome.verdict} ${outcome.code ?? ''}`)]
  if (verdict === 'Rejected') {
    const statuses = (STATUSES as Readonly<Record<string, readonly string[]>>)[outcome.code ?? '']
    return [
      ...(outcome.step === step ? [] : [difference('step', step, outcome.step)]),
      ...(statuses?.includes(status ?? '') === true ? [] : [difference('status', status, outcome.code)]),
    ]
  }
  const ours = outcome.verified?.expired
  return [...(ours === expired ? [] : [difference('expired', expired, ours)]), ...compareTcb(expect, outcome)]
}

function compareTcb(
  { tcb: expected, composed }: OracleCase['expect'],
  { verdict, verified }: Outcome,
): readonly string[] {
  if (expected === undefined || verified === undefined || verdict !== composed.verdict) return []
  const { tcb, windows, supplemental } = verified
  const documents = windows.filter((window) => window.kind === 'document')
  const begins = documents.map((window) => window.notBeforeAt)
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['launch', expected.launch, { ...sideOf(tcb.launch), status: tcb.status }],
    [
      'current',
      expected.current,
      tcb.current === tcb.launch ? { ...sideOf(tcb.launch), status: tcb.status } : sideOf(tcb.current),
    ],
    ['issueDateMin', expected.issueDateMin, formatDateTime(Math.min(...begins))],
    ['issueDateMax', expected.issueDateMax, formatDateTime(Math.max(...begins))],
    [
      'nextUpdateMin',
      expected.nextUpdateMin,
      formatDateTime(Math.min(...documents.map((window) => window.notAfterAt))),
    ],
    ['tcbEvaluationDataNumber', expected.tcbEvaluationDataNumber, supplemental.tcbEvaluationDataNumber],
  ]
  return pairs.flatMap(([name, want, have]) =>
    canonical(want) === canonical(have) ? [] : [difference(name, canonical(want), canonical(have))],
  )
}

function sideOf(side: TcbSide): { status: string; tcbDate: string; advisoryIDs: readonly string[] } {
  return { status: side.status, tcbDate: formatDateTime(side.tcbDateAt), advisoryIDs: side.advisoryIds }
}

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value)
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Intel's library takes the first certificate of a root file. */
function readRoot(item: OracleCase, rules: DcapRules): DcapRoot {
  const text = item.collateral['root_ca'] ?? ''
  const first = text.replace(/(?<=-----END CERTIFICATE-----)[\s\S]*/, '\n')
  return rules === 'parity' ? parseDcapRoot(first, 'parity') : parseDcapRoot(text)
}

/** Checks are named after what they look at; these prefixes are the calls of Intel's library. */
function stepOf({ code, details }: EvidenceError): OracleStep {
  const check = typeof details['check'] === 'string' ? details['check'] : ''
  if (code === 'DCAP_ROOT_INVALID' || /^(pck|rootCaCrl|pckCrl)\./.test(check)) return 'pck'
  if (check === 'tcbInfo.platform') return 'quote'
  if (check.startsWith('tcbInfo.')) return 'tcbInfo'
  return check.startsWith('qeIdentity.') ? 'qeIdentity' : 'quote'
}

function difference(what: string, expected: unknown, actual: unknown): string {
  return `${what}: expected ${String(expected)}, got ${String(actual)}`
}
