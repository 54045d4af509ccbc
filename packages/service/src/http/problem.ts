import { nameErrorType } from '@veritee/broker/protocol'
import { type CodedError, isCodedError } from '@veritee/codec/error'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ServiceError } from '../errors.ts'

/** The body of every refusal: `type` and `detail` as key broker clients know them, the rest says why and what to do. */
export interface Problem {
  readonly type: string
  readonly detail: string
  readonly code: string
  readonly next: string
  /** The check or the member that failed. */
  readonly path?: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly findings: readonly unknown[]
  readonly requestId?: string
  readonly [name: string]: unknown
}

/** Members of an error's details that go to the caller beside path, expected and actual. */
const PUBLIC_DETAILS = ['judgement', 'checks', 'reason', 'tee', 'simulated'] as const

/** What the caller learns of an error. Errors that are not of the house, or are the service's own fault, stay in the log. */
export function describeProblem(
  error: unknown,
  requestId?: string,
): { status: ContentfulStatusCode; problem: Problem } {
  const coded: CodedError = isCodedError(error) ? error : new ServiceError('SERVICE_INTERNAL')
  const { details } = coded
  const shared = coded.status < 500
  const problem: Problem = {
    type: nameType(coded.code),
    detail: coded.message,
    code: coded.code,
    next: coded.next,
    ...(shared ? pick(details, ['path', 'expected', 'actual', ...PUBLIC_DETAILS]) : {}),
    findings: shared && Array.isArray(details['findings']) ? details['findings'] : [],
    ...(requestId === undefined ? {} : { requestId }),
  }
  return { status: coded.status as ContentfulStatusCode, problem }
}

function pick(details: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => details[name] !== undefined).map((name) => [name, details[name]]))
}

/** The error names of the key broker protocol; what it has no name for at the HTTP edge gets the nearest. */
function nameType(code: string): string {
  if (code === 'SERVICE_HTTP_METHOD_NOT_ALLOWED') return nameErrorType('SERVICE_HTTP_ROUTE_UNKNOWN')
  if (code.startsWith('SERVICE_HTTP_BODY_') || code === 'SERVICE_SECRET_EMPTY')
    return nameErrorType('BROKER_REQUEST_INVALID')
  return nameErrorType(code)
}
