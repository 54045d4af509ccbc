/** Claims of tokens that verification looks at. */
import { AppraisalError, type AppraisalErrorCode } from '../errors.ts'
import type { TokenJwk, TokenKind, TokenQuestions } from './types.ts'

const DEFAULT_LEEWAY = 60
const MAX_POINTER_SEGMENTS = 16

/** Registered claims, read. Times are epoch seconds. */
export interface RegisteredClaims {
  readonly expiresAt: number
  readonly issuedAt?: number
  readonly notBeforeAt?: number
  readonly issuer?: string
  readonly audience?: readonly string[]
  readonly id?: string
}

/** Reads the registered claims (RFC 7519 §4.1). Throws APPRAISAL_TOKEN_CLAIMS_INVALID; `exp` is a must. */
export function readRegistered(claims: TokenJwk): RegisteredClaims {
  const expiresAt = readTime(claims, 'exp')
  if (expiresAt === undefined) throw refuse('APPRAISAL_TOKEN_CLAIMS_INVALID', 'exp', 'epoch seconds', 'absent')
  const issuedAt = readTime(claims, 'iat')
  const notBeforeAt = readTime(claims, 'nbf')
  const issuer = readText(claims, 'iss')
  const id = readText(claims, 'jti')
  const audience = readAudience(claims['aud'])
  return {
    expiresAt,
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(notBeforeAt === undefined ? {} : { notBeforeAt }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
    ...(id === undefined ? {} : { id }),
  }
}

/** Throws APPRAISAL_TOKEN_EXPIRED and APPRAISAL_TOKEN_NOT_YET_VALID. */
export function expectTimes({ expiresAt, notBeforeAt }: RegisteredClaims, questions: TokenQuestions): void {
  const { now, leewaySeconds = DEFAULT_LEEWAY } = questions
  if (now > expiresAt + leewaySeconds) throw refuse('APPRAISAL_TOKEN_EXPIRED', 'exp', `${now} or later`, expiresAt)
  if (notBeforeAt !== undefined && now < notBeforeAt - leewaySeconds) {
    throw refuse('APPRAISAL_TOKEN_NOT_YET_VALID', 'nbf', `${now} or earlier`, notBeforeAt)
  }
}

/** Throws APPRAISAL_TOKEN_AUDIENCE_MISMATCH and APPRAISAL_TOKEN_ISSUER_MISMATCH. */
export function expectParties({ audience, issuer }: RegisteredClaims, questions: TokenQuestions): void {
  const { audience: self, allowMissingAudience = false } = questions
  const addressed =
    audience === undefined ? self === undefined || allowMissingAudience : self !== undefined && audience.includes(self)
  if (!addressed) throw refuse('APPRAISAL_TOKEN_AUDIENCE_MISMATCH', 'aud', self ?? 'absent', audience ?? 'absent')
  if (questions.issuer !== undefined && issuer !== questions.issuer) {
    throw refuse('APPRAISAL_TOKEN_ISSUER_MISMATCH', 'iss', questions.issuer, issuer ?? 'absent')
  }
}

/** EAR tokens have submodules, Simple tokens the status of a TCB as text. */
export function nameTokenKind(claims: TokenJwk): TokenKind {
  if (isObject(claims['submods']) && typeof claims['eat_profile'] === 'string') return 'ear'
  return claims['tcb-status'] !== undefined && claims['customized_claims'] !== undefined ? 'simple' : 'other'
}

const RUNTIME_DATA: Readonly<Record<TokenKind, readonly string[]>> = {
  ear: [
    '/submods/cpu0/ear.veraison.annotated-evidence/runtime_data_claims',
    '/submods/cpu/ear.veraison.annotated-evidence/runtime_data_claims',
  ],
  simple: ['/customized_claims/runtime_data'],
  other: ['/customized_claims/runtime_data'],
}

/** The TEE key: at the pointers given, then where tokens of the kind have it. */
export function findTeeKey(claims: TokenJwk, kind: TokenKind, pointers: readonly string[] = []): TokenJwk | undefined {
  const all = [...pointers, ...RUNTIME_DATA[kind].map((pointer) => `${pointer}/tee-pubkey`)]
  for (const pointer of all) {
    const value = resolvePointer(claims, pointer)
    if (isObject(value)) return value
  }
  return undefined
}

/** The nonce that was attested: the token's own claim, else the one in the runtime data. */
export function findNonce(claims: TokenJwk, kind: TokenKind): string | undefined {
  const candidates = [
    claims['eat_nonce'],
    ...RUNTIME_DATA[kind].map((pointer) => resolvePointer(claims, `${pointer}/nonce`)),
  ]
  return candidates.find((value): value is string => typeof value === 'string')
}

/** Throws APPRAISAL_TOKEN_NONCE_MISMATCH. */
export function expectNonce(actual: string | undefined, expected: string | undefined): void {
  if (expected === undefined || actual === expected) return
  throw refuse('APPRAISAL_TOKEN_NONCE_MISMATCH', 'eat_nonce', expected, actual ?? 'absent')
}

/** JSON pointer (RFC 6901) over objects; undefined if it leads nowhere. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  const segments = pointer.split('/')
  if (segments.shift() !== '' || segments.length > MAX_POINTER_SEGMENTS) return undefined
  let found = value
  for (const segment of segments) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

export function isObject(value: unknown): value is TokenJwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readTime(claims: TokenJwk, name: 'exp' | 'iat' | 'nbf'): number | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw refuse('APPRAISAL_TOKEN_CLAIMS_INVALID', name, 'epoch seconds', typeof value)
}

function readText(claims: TokenJwk, name: 'iss' | 'jti'): string | undefined {
  const value = claims[name]
  if (value === undefined || typeof value === 'string') return value
  throw refuse('APPRAISAL_TOKEN_CLAIMS_INVALID', name, 'a text', typeof value)
}

function readAudience(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.every((item) => typeof item === 'string')) return list as readonly string[]
  throw refuse('APPRAISAL_TOKEN_CLAIMS_INVALID', 'aud', 'a text or texts', typeof value)
}

function refuse(code: AppraisalErrorCode, path: string, expected: unknown, actual: unknown): AppraisalError {
  return new AppraisalError(code, undefined, { details: { path, expected, actual } })
}
