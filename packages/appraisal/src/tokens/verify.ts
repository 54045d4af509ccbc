/** Verifying attestation tokens. */
import { verifySignature } from '@veritee/codec/signature'
import { AppraisalError } from '../errors.ts'
import { schemeOf } from './algorithm.ts'
import {
  expectNonce,
  expectParties,
  expectTimes,
  findNonce,
  findTeeKey,
  isObject,
  nameTokenKind,
  readRegistered,
} from './claims.ts'
import { type CompactToken, parseCompactToken, parsePayload } from './compact.ts'
import { JUDGEMENT_CLAIM } from './ear.ts'
import { type ChosenKey, findTokenKey, type TokenTrust } from './trust.ts'
import type { TokenJwk, TokenQuestions, VerifiedToken } from './types.ts'

/**
 * Verifies a token: its key must be trusted, its algorithm the key's own, its signature good over the exact text, and its
 * times, audience, issuer and nonce what is asked. The payload is read only after all of the former.
 *
 * Throws AppraisalError with an APPRAISAL_TOKEN_* code. Does not judge what the token says about the machine, and does
 * not know whether it was used before.
 */
export async function verifyToken(token: string, trust: TokenTrust, questions: TokenQuestions): Promise<VerifiedToken> {
  const compact = parseCompactToken(token)
  const key = await findTokenKey(compact.header, trust, questions.now)
  expectAlgorithm(compact, key)
  await expectSignature(compact, key)
  const claims = parsePayload(compact)
  const registered = readRegistered(claims)
  expectTimes(registered, questions)
  expectParties(registered, questions)
  const kind = nameTokenKind(claims)
  const nonce = findNonce(claims, kind)
  expectNonce(nonce, questions.nonce)
  const teePublicKey = findTeeKey(claims, kind, questions.teeKeyPointers)
  const { notBeforeAt: _, ...told } = registered
  const verified = {
    kind,
    claims,
    ...told,
    ...(nonce === undefined ? {} : { nonce }),
    ...(teePublicKey === undefined ? {} : { teePublicKey }),
    keyThumbprint: key.thumbprint,
    trustedBy: key.trustedBy,
    algorithm: key.algorithm,
    simulated: restsOnSimulation(claims),
  }
  return Object.freeze(verified) as VerifiedToken
}

/** The algorithm is the key's, never the token's choice. */
function expectAlgorithm({ header }: CompactToken, { algorithm }: ChosenKey): void {
  if (header.alg === algorithm) return
  throw new AppraisalError('APPRAISAL_TOKEN_ALGORITHM_REFUSED', undefined, {
    details: { path: 'header.alg', expected: algorithm, actual: header.alg },
  })
}

async function expectSignature({ signedBytes, signature }: CompactToken, { key, algorithm }: ChosenKey): Promise<void> {
  if (await verifySignature(key, schemeOf(algorithm), signedBytes, signature)) return
  throw new AppraisalError('APPRAISAL_TOKEN_SIGNATURE_INVALID', undefined, { details: { path: 'signature' } })
}

/** True if any submodule says so. */
function restsOnSimulation({ submods }: TokenJwk): boolean {
  if (!isObject(submods)) return false
  return Object.values(submods).some((submod) => {
    const judgement = isObject(submod) ? submod[JUDGEMENT_CLAIM] : undefined
    return isObject(judgement) && judgement['simulated'] === true
  })
}
