/** What the rules of a policy evaluate to, checked. */
import { AppraisalError } from '../errors.ts'
import { TRUST_ASPECTS, type TrustAspect, type TrustVector } from '../tokens/trust-vector.ts'
import type { PolicyExtension } from './types.ts'

const MAX_EXTENSIONS = 64

/** Reads the value of `allow`. Throws APPRAISAL_POLICY_RESULT_INVALID unless it is a boolean. */
export function readAllow(value: unknown, id: string): boolean {
  if (typeof value === 'boolean') return value
  throw invalid(`${id}: allow`, 'true or false', value)
}

/** Reads `trust_claims`: hyphens or underscores in the names. Throws APPRAISAL_POLICY_RESULT_INVALID. */
export function readTrustClaims(value: unknown, id: string): TrustVector {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${id}: trust_claims`, 'an object', value)
  const vector: { [aspect in TrustAspect]?: number } = {}
  for (const [name, claim] of Object.entries(value)) {
    const aspect = name.replaceAll('_', '-') as TrustAspect
    if (!TRUST_ASPECTS.includes(aspect)) throw invalid(`${id}: trust_claims`, TRUST_ASPECTS, name.slice(0, 64))
    vector[aspect] = readTrustClaim(claim, aspect, id)
  }
  return vector
}

/** Reads one trust claim. Throws APPRAISAL_POLICY_RESULT_INVALID. */
export function readTrustClaim(value: unknown, aspect: TrustAspect, id: string): number {
  if (Number.isInteger(value) && (value as number) >= -128 && (value as number) <= 127) return value as number
  throw invalid(`${id}: ${aspect}`, 'a whole number from -128 to 127', value)
}

/** Reads `extensions`: a list of `{name, key, value}`. Throws APPRAISAL_POLICY_RESULT_INVALID. */
export function readExtensions(value: unknown, id: string): PolicyExtension[] {
  const path = `${id}: extensions`
  if (!Array.isArray(value) || value.length > MAX_EXTENSIONS)
    throw invalid(path, `a list of at most ${MAX_EXTENSIONS}`, value)
  const extensions = value.map((item: unknown): PolicyExtension => {
    const { name, key, value: content } = (typeof item === 'object' && item !== null ? item : {}) as PolicyExtension
    if (typeof name !== 'string' || !/^[\w.:-]{1,128}$/.test(name) || content === undefined)
      throw invalid(path, '{name, key, value}', item)
    // A name of ours or of the profile would let a policy say what only the judge may.
    if (/^(?:veritee\.|ear\.(?:status|trustworthiness-vector|appraisal-policy-id|veraison\.))/.test(name))
      throw invalid(path, 'a name that the token does not have already', name)
    if (key !== undefined && !Number.isSafeInteger(key)) throw invalid(path, 'a whole number as key', key)
    return { name, ...(key === undefined ? {} : { key }), value: content }
  })
  const names = extensions.map(({ name }) => name)
  if (new Set(names).size !== names.length) throw invalid(path, 'every name once', names)
  return extensions
}

function invalid(path: string, expected: unknown, actual: unknown): AppraisalError {
  const shown = typeof actual === 'object' ? JSON.stringify(actual)?.slice(0, 128) : actual
  return new AppraisalError('APPRAISAL_POLICY_RESULT_INVALID', undefined, {
    details: { path, expected, actual: shown ?? 'undefined' },
  })
}
