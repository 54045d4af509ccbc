/** Simple and OIDC tokens: flat claims, RSA signatures. They are made only for machines that every policy allows. */
import { randomInt } from 'node:crypto'
import { createPolicyInput } from '@veritee/appraisal/policy'
import type { IssuedToken } from '@veritee/appraisal/tokens'
import { SignJWT } from 'jose'
import type { RsaSigner } from './rsa-key.ts'
import type { JudgedEvidence } from './token-issuer.ts'

export interface FlatTokenContent {
  readonly kind: 'simple' | 'oidc'
  /** Epoch seconds. */
  readonly now: number
  readonly lifetimeSeconds: number
  readonly issuer: string
  readonly audience: string
  readonly nonce?: string
  readonly judged: readonly JudgedEvidence[]
  /** Names of claims that the subject of an OIDC token is made of. */
  readonly subjectClaims: readonly string[]
  /** Texts that whoever asked wants in an OIDC token: nothing attests them. */
  readonly additional: Readonly<Record<string, string>>
}

/** Signs a Simple token (RS384) or an OIDC token (RS256). */
export async function issueFlatToken(content: FlatTokenContent, { key, publicJwk }: RsaSigner): Promise<IssuedToken> {
  const { kind, now, lifetimeSeconds, issuer, audience, nonce, judged, additional } = content
  const id = createTokenId()
  const expiresAt = now + lifetimeSeconds
  const { kid, ...jwk } = publicJwk
  const [first] = judged
  const flat = flattenClaims(judged)
  const claims = {
    ...(kind === 'oidc' ? additional : {}),
    iss: issuer,
    aud: audience,
    iat: now,
    nbf: now,
    exp: expiresAt,
    jti: id,
    ...(nonce === undefined ? {} : { eat_nonce: nonce }),
    ...(kind === 'oidc' ? { sub: composeSubject(flat, content.subjectClaims) } : {}),
    tee: first?.evidence.tee,
    'evaluation-reports': listReports(judged),
    ...(kind === 'simple' ? { 'tcb-status': JSON.stringify(flat) } : {}),
    customized_claims: { init_data: first?.initData ?? null, runtime_data: first?.evidence.runtimeData ?? null },
    'veritee.simulated': judged.some(({ judgement }) => judgement.simulated),
  }
  const token = await new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: publicJwk['alg'] as string, kid: kid as string, jwk })
    .sign(key)
  return { token, id, expiresAt }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function createTokenId(): string {
  return Array.from({ length: 22 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** Every claim under its dotted name, as policies of these tokens read them. */
function flattenClaims(judged: readonly JudgedEvidence[]): Record<string, unknown> {
  const input = createPolicyInput(
    judged.map(({ evidence, judgement }) => ({ tee: evidence.tee, claims: judgement.claims })),
  )
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => typeof value !== 'object' || value === null || Array.isArray(value)),
  )
}

function listReports(judged: readonly JudgedEvidence[]): object[] {
  const reports = new Map(
    judged.flatMap(({ verdicts = [] }) => verdicts.map(({ policyId, policyHash }) => [policyId, policyHash] as const)),
  )
  return [...reports].map(([id, hash]) => ({ 'policy-id': id, 'policy-hash': hash }))
}

function composeSubject(flat: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  const values = names
    .map((name) => flat[name])
    .filter((value) => typeof value === 'string' || typeof value === 'number')
  return values.length === names.length && names.length > 0 ? values.join('.') : 'none'
}
