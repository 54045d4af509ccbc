import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { compilePolicy, type Policy, RegoError } from '@veritee/rego'
import { AppraisalError } from '../errors.ts'
import { TRUST_ASPECTS, type TrustAspect } from '../tokens/trust-vector.ts'
import { checkPolicyId } from './id.ts'
import { detectResourceShape, mentionsReferenceData, type ResourceShape } from './text.ts'

/** `auto` reads a text as version 1, and as version 0 where it is none of version 1. */
export type PolicyDialect = 'auto' | 'v0' | 'v1'

/** A policy as somebody wrote it. */
export interface PolicyText {
  readonly id: string
  readonly text: string
  /** Default `auto`. */
  readonly dialect?: PolicyDialect
}

interface CompiledText {
  readonly id: string
  readonly text: string
  /** SHA-384 of the text, lower-case hex: what tokens name. */
  readonly hash: string
  /** The dialect that the text was read in. */
  readonly dialect: 'v0' | 'v1'
  readonly policy: Policy
}

/** A policy over claims of evidence, compiled. Holds no state: evaluate it as often as you like. */
export interface AttestationPolicy extends CompiledText {
  /** Whether it has the rule `allow`. */
  readonly hasAllow: boolean
  /** Whether it has `trust_claims`. */
  readonly hasTrustClaims: boolean
  /** Trust claims that it has as rules of their own. */
  readonly aspects: readonly TrustAspect[]
  readonly hasExtensions: boolean
  /** Whether it goes through `data.reference` itself. */
  readonly readsReferences: boolean
}

/** A policy over claims of tokens, compiled. */
export interface ResourceRules extends CompiledText {
  readonly shape: ResourceShape
}

/**
 * Functions that policies may ask the host: the reference values under a name, and whether an artifact server knows an
 * artifact. There is no artifact server here: it never does.
 */
export const HOST_FUNCTIONS: Readonly<Record<string, number>> = { query_reference_value: 1, query_artifact_server: 1 }

const PREFIX = 'data.policy.'

/**
 * Compiles a policy over claims of evidence: package `policy`, with `allow`, with `trust_claims`, or with the trust claims as
 * rules of their own, spelled with underscores.
 *
 * Throws AppraisalError APPRAISAL_POLICY_TEXT_INVALID, APPRAISAL_POLICY_RULES_MISSING, APPRAISAL_POLICY_ID_INVALID.
 */
export function compileAttestationPolicy(source: PolicyText): AttestationPolicy {
  const compiled = compileText(source)
  const rules = new Set(compiled.policy.rulePaths)
  const aspects = TRUST_ASPECTS.filter((aspect) => rules.has(PREFIX + nameAspectRule(aspect)))
  const hasAllow = rules.has(`${PREFIX}allow`)
  const hasTrustClaims = rules.has(`${PREFIX}trust_claims`) || [...rules].some((path) => /\.trust_claims\./.test(path))
  if (!hasAllow && !hasTrustClaims && aspects.length === 0) {
    throw new AppraisalError('APPRAISAL_POLICY_RULES_MISSING', undefined, {
      details: { path: source.id, expected: 'data.policy.allow or data.policy.trust_claims', actual: [...rules] },
    })
  }
  return {
    ...compiled,
    hasAllow,
    hasTrustClaims,
    aspects,
    hasExtensions: rules.has(`${PREFIX}extensions`),
    readsReferences: mentionsReferenceData(source.text),
  }
}

/**
 * Compiles a policy over claims of tokens: package `policy`, rule `allow`.
 *
 * @param shape how the path is given to it; found out from the text unless said
 *
 * Throws as {@link compileAttestationPolicy} does.
 */
export function compileResourcePolicy(source: PolicyText, shape?: ResourceShape): ResourceRules {
  const compiled = compileText(source)
  if (!compiled.policy.rulePaths.includes(`${PREFIX}allow`)) {
    throw new AppraisalError(
      'APPRAISAL_POLICY_RULES_MISSING',
      'The resource policy decides nothing: it has no rule `allow` in the package `policy`.',
      { details: { path: source.id, expected: `${PREFIX}allow`, actual: compiled.policy.rulePaths } },
    )
  }
  return { ...compiled, shape: shape ?? detectResourceShape(source.text) }
}

/** The name of a trust claim as a rule: underscores where the wire has hyphens. */
export function nameAspectRule(aspect: TrustAspect): string {
  return aspect.replaceAll('-', '_')
}

function compileText({ id, text, dialect = 'auto' }: PolicyText): CompiledText {
  checkPolicyId(id, 'id')
  const [version, policy] = dialect === 'auto' ? compileEither(id, text) : [dialect, compileAs(id, text, dialect)]
  if (policy instanceof RegoError) throw refuse(id, policy)
  return { id, text, hash: encodeHex(digest('sha384', encodeUtf8(text))), dialect: version, policy }
}

function compileEither(id: string, text: string): readonly ['v0' | 'v1', Policy | RegoError] {
  const today = compileAs(id, text, 'v1')
  if (!(today instanceof RegoError)) return ['v1', today]
  const older = compileAs(id, text, 'v0')
  if (!(older instanceof RegoError)) return ['v0', older]
  // The reading that got further is the one that was meant.
  return rowOf(older) > rowOf(today) ? ['v0', older] : ['v1', today]
}

function rowOf({ location }: RegoError): number {
  return location === undefined ? 0 : location.row * 10_000 + location.column
}

function compileAs(id: string, text: string, version: 'v0' | 'v1'): Policy | RegoError {
  try {
    return compilePolicy([{ file: `${id}.rego`, text }], { version, hostFunctions: HOST_FUNCTIONS })
  } catch (error) {
    if (error instanceof RegoError) return error
    throw error
  }
}

function refuse(id: string, cause: RegoError): AppraisalError {
  const { line, caret, expected } = cause.details
  return new AppraisalError('APPRAISAL_POLICY_TEXT_INVALID', `The policy ${id} does not compile: ${cause.message}`, {
    cause,
    details: {
      path: cause.details.path ?? id,
      reason: cause.code,
      ...(expected === undefined ? {} : { expected }),
      ...(line === undefined ? {} : { line, caret }),
    },
  })
}
