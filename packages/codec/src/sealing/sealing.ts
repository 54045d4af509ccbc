import { sealing } from '#engine-sealing'
import type { AgreementCurve, EphemeralAgreement, GcmParameters } from '../engine/sealing-engine.ts'
import { CodecError } from '../errors.ts'

const FIELD_BYTES = { 'P-256': 32, 'P-521': 66 } as const

/**
 * Makes a key of the curve and agrees with somebody's public key on a secret (ECDH, SEC 1 §3.3.1). The fresh private key is
 * not kept.
 *
 * @param peerPoint x‖y, each as long as the curve's field
 * @throws CodecError CODEC_KEY_INVALID for a point of another length or off the curve
 */
export async function agreeEphemerally(curve: AgreementCurve, peerPoint: Uint8Array): Promise<EphemeralAgreement> {
  const expected = FIELD_BYTES[curve] * 2
  if (peerPoint.length !== expected) {
    throw new CodecError('CODEC_KEY_INVALID', 'The point has not the length of its curve.', {
      details: { path: 'point', expected, actual: peerPoint.length },
    })
  }
  try {
    return await sealing.agreeEphemerally(curve, peerPoint)
  } catch (cause) {
    throw new CodecError('CODEC_KEY_INVALID', 'The point is not on its curve.', { cause, details: { path: 'point' } })
  }
}

/** AES-256-GCM (NIST SP 800-38D): the ciphertext with its tag of 16 bytes behind it. */
export async function sealAesGcm(parameters: GcmParameters, plaintext: Uint8Array): Promise<Uint8Array> {
  return sealing.sealAesGcm(parameters, plaintext)
}

/** AES key wrap (RFC 3394) under a key of 32 bytes: 8 bytes more than `key`, whose length is a multiple of 8 and 16 at least. */
export async function wrapAesKey(kek: Uint8Array, key: Uint8Array): Promise<Uint8Array> {
  return sealing.wrapAesKey(kek, key)
}
