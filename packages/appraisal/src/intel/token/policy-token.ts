/** Signed policies (specification page, section 5.5). */
import { AppraisalError } from '../../errors.ts'
import { type PolicyReading, parseIntelPolicies, type ReadPolicies } from '../policy/read.ts'
import { writeIntelPolicies } from '../policy/write.ts'
import type { JwsCodes } from './jws.ts'
import { encodeJws, parseJws, readJwsPayload, verifyJws } from './jws.ts'
import type { IntelPublicJwk, IntelSigner } from './signer.ts'

const CODES: JwsCodes = {
  malformed: 'INTEL_POLICY_TOKEN_MALFORMED',
  unsigned: 'INTEL_POLICY_UNSIGNED',
  signature: 'INTEL_POLICY_SIGNATURE_INVALID',
}

/** A policy token whose signature holds. */
export interface VerifiedPolicyToken extends ReadPolicies {
  /** The key that signed it, out of its own header: whether to trust its owner is for the caller to say. */
  readonly signingKey: IntelPublicJwk
  /** Base64url. */
  readonly signature: string
  /** The policy text that was signed. */
  readonly text: string
}

/**
 * Signs a policy text as it stands. It is read first, so that nothing is signed that readers would refuse. A text in memory
 * byte order is written anew in Intel's, because other readers know no other.
 *
 * Throws INTEL_POLICY_*.
 */
export async function signPolicy(text: string, signer: IntelSigner, reading: PolicyReading = {}): Promise<string> {
  const { policies, byteOrder } = parseIntelPolicies(text, reading)
  return await encodeJws({ policy_payload: byteOrder === 'memory' ? writeIntelPolicies(policies) : text }, signer)
}

/**
 * Verifies a policy token with the key it carries and reads the policies. Unsigned tokens are always refused.
 *
 * Throws INTEL_POLICY_*, INTEL_KEY_INVALID. Not checked: whose key it is; see `authenticatePolicyOwners`.
 */
export async function verifyPolicyToken(token: string, reading: PolicyReading = {}): Promise<VerifiedPolicyToken> {
  const jws = parseJws(token, CODES)
  const signingKey = await verifyJws(jws, CODES)
  const text = readJwsPayload(jws, CODES)['policy_payload']
  if (typeof text !== 'string') {
    throw new AppraisalError('INTEL_POLICY_TOKEN_MALFORMED', undefined, {
      details: { path: 'payload.policy_payload', expected: 'a text' },
    })
  }
  const { signature } = jws
  const read = parseIntelPolicies(text, reading)
  const policies = read.policies.map((policy) => ({ ...policy, signature, signingKey }))
  return { ...read, policies, signingKey, signature, text }
}
