/** The claims of EAR tokens (draft-ietf-rats-ear, specification page trustee, section 2.5). */
import type { Claims } from '@veritee/evidence/result'
import { AppraisalError } from '../errors.ts'
import type { Judgement } from '../judge/types.ts'
import { checkVector, summarizeVector, type TrustVector } from './trust-vector.ts'

const PROFILE = 'tag:github.com,2024:confidential-containers/Trustee'
/** Our claim in a submodule: what the judgement rests on. */
export const JUDGEMENT_CLAIM = 'veritee.judgement'

const DEFAULT_LIFETIME = 300
const MAX_LIFETIME = 86_400

/** One judged part of a machine. */
export interface EarSubmod {
  /** Class and running index: `cpu0`, `gpu0`. */
  readonly name: string
  readonly judgement: Judgement
  readonly trustVector: TrustVector
  /** Id of the policy that made the vector. */
  readonly policyId: string
  /** The object that the report data binds, with nonce and TEE key; put where brokers look for it. */
  readonly runtimeData?: Claims
  /** What the init data says, where the evidence proves it. */
  readonly initData?: unknown
  /** Further claims of the submodule, such as the extensions of a policy. None of the above can be replaced by them. */
  readonly extensions?: Claims
}

/** What a token is made of. */
export interface EarContent {
  /** Epoch seconds. */
  readonly now: number
  /** Default 300. */
  readonly lifetimeSeconds?: number
  readonly issuer: string
  readonly audience: string
  /** The nonce of the handshake; absent where evidence was judged outside of one. */
  readonly nonce?: string
  /** Unique; default 16 random bytes. */
  readonly id?: string
  /** Name and version of the program that judged. */
  readonly build: string
  readonly developer?: string
  readonly submods: readonly EarSubmod[]
}

/** Composes the claims of a token. Throws APPRAISAL_TOKEN_INPUT_INVALID. Nothing in it depends on anything but its input. */
export function composeEarClaims(content: EarContent & { readonly id: string }): Claims {
  const { now, lifetimeSeconds = DEFAULT_LIFETIME, issuer, audience, nonce, id, build, submods } = content
  expectLifetime(now, lifetimeSeconds)
  if (submods.length === 0) throw invalid('submods', 'at least one', 'none')
  const names = submods.map(({ name }) => name)
  if (new Set(names).size !== names.length) throw invalid('submods', 'every name once', names)
  return {
    eat_profile: PROFILE,
    iss: issuer,
    aud: audience,
    iat: now,
    nbf: now,
    exp: now + lifetimeSeconds,
    jti: id,
    ...(nonce === undefined ? {} : { eat_nonce: nonce }),
    'ear.verifier-id': { developer: content.developer ?? 'Veritee', build },
    submods: Object.fromEntries(submods.map((submod) => [submod.name, composeSubmod(submod)])),
  }
}

function composeSubmod(submod: EarSubmod): Claims {
  const { judgement, trustVector, policyId, runtimeData, initData, extensions = {} } = submod
  const { answers, simulated, status, advisories, claims, root } = judgement
  const vector = checkVector(trustVector)
  return {
    ...extensions,
    'ear.status': summarizeVector(vector),
    'ear.trustworthiness-vector': vector,
    'ear.appraisal-policy-id': policyId,
    'ear.veraison.annotated-evidence': {
      ...claims,
      ...(runtimeData === undefined ? {} : { runtime_data_claims: runtimeData }),
      ...(initData === undefined ? {} : { init_data_claims: initData }),
    },
    [JUDGEMENT_CLAIM]: { answers, status, advisories, root, simulated },
  }
}

function expectLifetime(now: number, lifetime: number): void {
  if (!Number.isSafeInteger(now) || now < 0) throw invalid('now', 'epoch seconds', now)
  if (!Number.isInteger(lifetime) || lifetime < 1 || lifetime > MAX_LIFETIME) {
    throw invalid('lifetimeSeconds', `1 to ${MAX_LIFETIME}`, lifetime)
  }
}

function invalid(path: string, expected: string, actual: unknown): AppraisalError {
  return new AppraisalError('APPRAISAL_TOKEN_INPUT_INVALID', undefined, { details: { path, expected, actual } })
}
