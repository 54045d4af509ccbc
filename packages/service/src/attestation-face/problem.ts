/** Refusals of the attestation service: problem details (RFC 9457) with the codes that its clients know. */
import { type CodedError, isCodedError } from '@veritee/codec/error'
import type { Refusal } from '../http/index.ts'
import { describeProblem } from '../http/index.ts'

const TYPES = 'https://github.com/confidential-containers/attestation-service/errors/'

interface Row {
  readonly code: string
  readonly title: string
  /** Where it differs from the status of the error. */
  readonly status?: number
  readonly retryable?: boolean
}

const row = (code: string, title: string, more: Partial<Row> = {}): Row => ({ code, title, ...more })

const INVALID_QUOTE = row('AS.EVIDENCE.INVALID_QUOTE', 'Evidence cannot be read', { status: 422 })
const VERIFICATION_FAILED = row('AS.EVIDENCE.VERIFICATION_FAILED', 'Evidence is not genuine', { status: 422 })
const BINDING_MISMATCH = row('AS.EVIDENCE.BINDING_MISMATCH', 'Evidence is bound to something else', { status: 422 })
const NOT_ACCEPTED = row('AS.EVIDENCE.NOT_ACCEPTED', 'Evidence is genuine and not accepted', { status: 422 })
const POLICY_REFUSED = row('AS.POLICY.REFUSED', 'A policy refuses the machine', { status: 422 })
const UNSUPPORTED_TEE = row('AS.REQUEST.UNSUPPORTED_TEE', 'Kind of TEE not supported', { status: 400 })
const INTERNAL = row('AS.INTERNAL.ERROR', 'The service failed', { status: 500 })

/** What is asked in order; the first that fits names the refusal. */
const ROWS: readonly (readonly [RegExp, Row])[] = [
  [/^BROKER_TEE_UNKNOWN$|^APPRAISAL_EVIDENCE_UNSUPPORTED$/, UNSUPPORTED_TEE],
  [/^SERVICE_EVIDENCE_ENCODING$/, row('AS.EVIDENCE.INVALID_ENCODING', 'Evidence is not base64url')],
  [/^SERVICE_EVIDENCE_JSON$/, row('AS.EVIDENCE.INVALID_FORMAT', 'Evidence is no JSON')],
  [/^SERVICE_EVIDENCE_UNBOUND$/, BINDING_MISMATCH],
  [/^SERVICE_CHALLENGE_/, row('AS.CHALLENGE.INVALID_TOKEN', 'Challenge token refused')],
  [/^APPRAISAL_TOKEN_NOT_AFFIRMED$/, POLICY_REFUSED],
  [
    /^APPRAISAL_POLICY_(?:EVALUATION|RESULT|INPUT)_/,
    row('AS.POLICY.EVALUATION_FAILED', 'A policy gives no result', { status: 422 }),
  ],
  [/^APPRAISAL_POLICY_/, row('AS.POLICY.INVALID', 'Policy not valid', { status: 400 })],
  [/^SERVICE_POLICY_(?:VERSION_)?UNKNOWN$/, row('AS.POLICY.NOT_FOUND', 'No such policy')],
  [/^SERVICE_POLICY_FILE$/, row('AS.POLICY.UNAVAILABLE', 'Policy cannot be read', { retryable: false })],
  [/^SERVICE_POLICY_/, row('AS.POLICY.CONFLICT', 'Policy cannot be changed so')],
  [/^SERVICE_ADMIN_/, row('AS.ACCESS.UNAUTHENTICATED', 'An administrator is needed')],
  [/^SERVICE_ACCESS_/, row('AS.ACCESS.DENIED', 'Not allowed')],
  [/^SERVICE_HTTP_BODY_/, row('AS.REQUEST.INVALID_JSON', 'Body cannot be read')],
]

/** What the caller of the attestation service learns of an error. */
export function describeAttestationProblem(error: unknown, requestId: string): Refusal {
  const { status, problem } = describeProblem(error, requestId)
  const found = isCodedError(error) ? findRow(error) : INTERNAL
  const { code, title, retryable = RETRYABLE.test(code) } = found
  const field = isCodedError(error) ? nameField(error) : undefined
  const { type: _, code: cause, ...rest } = problem
  const answered = found.status ?? status
  return {
    status: answered as Refusal['status'],
    contentType: 'application/problem+json',
    problem: {
      type: TYPES + nameKind(code),
      title,
      status: answered,
      code,
      retryable,
      ...(field === undefined ? {} : { field }),
      cause,
      ...rest,
    },
  }
}

const RETRYABLE = /^AS\.DEPENDENCY\./

function findRow(error: CodedError): Row {
  const { code, status, details } = error
  if (code === 'BROKER_EVIDENCE_REFUSED') return findRefusal(error)
  if (code === 'SERVICE_REQUEST_INVALID') {
    return details.path === 'body'
      ? row('AS.REQUEST.INVALID_JSON', 'Body is not the JSON that it should be')
      : row('AS.REQUEST.INVALID_ARGUMENT', 'Argument not valid')
  }
  const found = ROWS.find(([pattern]) => pattern.test(code))?.[1]
  if (found !== undefined) return found
  if (status === 502) return row('AS.DEPENDENCY.BAD_RESPONSE', 'What is needed answered wrongly')
  if (status === 503 || status === 504)
    return row('AS.DEPENDENCY.UNAVAILABLE', 'What is needed does not answer', { status: 503 })
  return status < 500 ? row('AS.REQUEST.INVALID_ARGUMENT', 'Argument not valid') : INTERNAL
}

type Answers = Readonly<Record<'readable' | 'genuine' | 'fresh' | 'expected', string>>

/** Evidence that was judged and refused, by the answer that was no. */
function findRefusal({ details }: CodedError): Row {
  if (details['reason'] === 'policy') return POLICY_REFUSED
  const { answers } = (details['judgement'] ?? {}) as { answers?: Answers }
  const codes = listCodes(details)
  if (codes.includes('APPRAISAL_EVIDENCE_UNSUPPORTED')) return UNSUPPORTED_TEE
  if (answers?.readable === 'no') return INVALID_QUOTE
  if (answers?.genuine === 'no') return VERIFICATION_FAILED
  if (answers?.fresh !== 'yes' && answers?.expected !== 'no') return BINDING_MISMATCH
  if (answers.fresh === 'no' || codes.includes('APPRAISAL_INIT_DATA_MISMATCH')) return BINDING_MISMATCH
  return NOT_ACCEPTED
}

function listCodes(details: CodedError['details']): readonly string[] {
  const findings = (details['findings'] ?? []) as readonly { readonly code: string }[]
  return findings.map(({ code }) => code)
}

/** The member of the request that is at fault. */
function nameField({ code, details }: CodedError): string | undefined {
  const { path } = details
  if (code !== 'BROKER_EVIDENCE_REFUSED')
    return /^SERVICE_(?:ADMIN|HTTP)_/.test(code) || path === 'body'
      ? undefined
      : path?.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]')
  const { index, tee } = details as { index?: number; tee?: string }
  if (index === undefined) return undefined
  const piece = `verification_requests[${index}]`
  const codes = listCodes(details)
  if (codes.includes('APPRAISAL_REPORT_DATA_MISMATCH')) return `${piece}.runtime_data`
  if (codes.includes('APPRAISAL_INIT_DATA_MISMATCH')) return `${piece}.init_data`
  return tee === 'tdx' || tee === 'sgx' ? `${piece}.evidence.quote` : `${piece}.evidence`
}

/** `AS.EVIDENCE.INVALID_QUOTE` is of the type `EvidenceInvalidQuote`. */
function nameKind(code: string): string {
  return code
    .slice(3)
    .toLowerCase()
    .replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
