/** Bodies of refusals: `{type, detail}` for every client, and why and what next for those that read on. */
import { type CodedError, isCodedError } from '@veritee/codec/error'
import { findMember, parseObject, readText } from './members.ts'
import type { ErrorBody } from './types.ts'

const BASE = 'https://github.com/confidential-containers/kbs/errors/'

/** Names that clients of the protocol know, by our codes. What is not listed is an attestation error. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^BROKER_JWE_/, 'JweError'],
  [/^BROKER_REQUEST_INVALID$/, 'SerdeError'],
  [/^SERVICE_ADMIN_/, 'AdminAuth'],
  [/^BROKER_SESSION_(?:MISSING|UNATTESTED)$|^SERVICE_TOKEN_MISSING$/, 'TokenNotFound'],
  [/^APPRAISAL_TOKEN_|^SERVICE_TOKEN_INVALID$/, 'TokenVerifierError'],
  [/^BROKER_RESOURCE_DENIED$|^SERVICE_RELEASE_DENIED$/, 'PolicyDeny'],
  [/^BROKER_RESOURCE_(?:PATH|URI)_INVALID$|^SERVICE_HTTP_(?:PATH|ROUTE)_/, 'InvalidRequestPath'],
  [/^BROKER_PLUGIN_UNKNOWN$/, 'PluginNotFound'],
  [/^SERVICE_(?:SECRET|STORAGE|STORE|STOPPING|INTERNAL|KEY|FILE)/, 'PluginInternalError'],
]

/** The `type` URL of an error code. */
export function nameErrorType(code: string): string {
  return BASE + (TYPES.find(([pattern]) => pattern.test(code))?.[1] ?? 'AttestationError')
}

/** Writes the body for an error of any package; `findings` of its details go with it. */
export function createErrorBody(error: CodedError): ErrorBody {
  const { code, message, next, details } = error
  const findings = details['findings']
  return {
    type: nameErrorType(code),
    detail: message,
    code,
    next,
    ...(Array.isArray(findings) ? { findings } : {}),
  }
}

/** Reads the body of a refusal; undefined if it is none that the protocol knows. Never throws. */
export function parseErrorBody(body: Uint8Array | string): ErrorBody | undefined {
  try {
    const code = 'BROKER_RESPONSE_INVALID'
    const members = parseObject(body, code, '')
    const optional = (name: 'code' | 'next') => {
      const value = findMember(members, name)
      return typeof value === 'string' ? { [name]: value } : {}
    }
    const findings = findMember(members, 'findings')
    return {
      type: readText(members, 'type', code, '', 1024),
      detail: readText(members, 'detail', code, '', 64 << 10),
      ...optional('code'),
      ...optional('next'),
      ...(Array.isArray(findings) ? { findings } : {}),
    }
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}
