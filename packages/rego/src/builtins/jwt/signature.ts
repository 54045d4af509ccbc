import { CodecError } from '@veritee/codec'
import { equalSecrets } from '@veritee/codec/bytes'
import { hmac } from '@veritee/codec/hash'
import { verifySignatureSync } from '@veritee/codec/signature-sync'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { type JwtAlgorithm, schemeOf } from './algorithms.ts'
import type { VerificationKey } from './keys.ts'
import type { Token, TokenHeader } from './token.ts'

/** What verifying one asymmetric signature counts. */
const SIGNATURE_STEPS = 20_000

/** Tells whether one key made the signature; false where the key is of another kind than the algorithm asks for. */
export function isSignedWith(
  key: VerificationKey,
  algorithm: JwtAlgorithm,
  signed: Uint8Array,
  signature: Uint8Array,
  context: BuiltinContext,
): boolean {
  const scheme = schemeOf(algorithm)
  if (algorithm.family === 'HS') {
    context.step(64 + (signed.length >>> 4))
    return key.secret !== undefined && equalSecrets(hmac(algorithm.hash, key.secret, signed), signature)
  }
  if (scheme === undefined || key.publicKey === undefined) return false
  if (algorithm.family === 'ES' && key.publicKey.curve !== algorithm.curve) return false
  context.step(SIGNATURE_STEPS)
  try {
    return verifySignatureSync(key.publicKey, scheme, signed, signature)
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

/**
 * Tells whether one of the keys made a token's signature: the one that the header names, where the set has it, otherwise
 * any that is not meant for another algorithm.
 */
export function isSignedWithAny(
  keys: readonly VerificationKey[],
  algorithm: JwtAlgorithm,
  header: TokenHeader,
  token: Token,
  signature: Uint8Array,
  context: BuiltinContext,
): boolean {
  const named = header.keyId === '' ? undefined : keys.find((key) => key.keyId === header.keyId)
  if (named !== undefined) return isSignedWith(named, algorithm, token.signed, signature, context)
  return keys.some(
    (key) =>
      (key.algorithm === '' || key.algorithm === header.algorithm) &&
      isSignedWith(key, algorithm, token.signed, signature, context),
  )
}
