import type { PublicKey } from '@veritee/codec/signature'
import { createNumber, type Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'
import { encodeBase64 } from '../../encoding/bytes.ts'
import { integerOfBytes } from '../signing/modular.ts'
import type { PrivateKey } from './private-key.ts'

const COORDINATE_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, SM2: 32 }

/** Numbers of Go's x509.PublicKeyAlgorithm. */
export function publicKeyAlgorithm(key: PublicKey): number {
  return { rsa: 1, ec: 3, ed25519: 4, other: 0 }[key.algorithm]
}

/** A public key as Go's JSON shows it; null for an algorithm that is not known. */
export function publicKeyValue(key: PublicKey): Value {
  if (key.modulus !== undefined && key.exponent !== undefined) {
    return recordOf({ N: numberOf(key.modulus), E: numberOf(key.exponent) })
  }
  if (key.point !== undefined) {
    const width = COORDINATE_BYTES[key.curve ?? ''] ?? key.point.length / 2
    const [x, y] = [key.point.subarray(0, width), key.point.subarray(width)]
    return recordOf({ Curve: recordOf({}), X: numberOf(x), Y: numberOf(y) })
  }
  return key.raw === undefined ? null : encodeBase64(key.raw)
}

function numberOf(bytes: Uint8Array): Value {
  return createNumber(integerOfBytes(bytes))
}

/** Tells whether a private key is the other half of a public one. */
export function belongTogether(privateKey: PrivateKey, publicKey: PublicKey): boolean {
  switch (privateKey.kind) {
    case 'rsa':
      return publicKey.modulus !== undefined && integerOfBytes(publicKey.modulus) === privateKey.n
    case 'ec': {
      if (publicKey.curve !== privateKey.curve || publicKey.point === undefined) return false
      const width = publicKey.point.length / 2
      return integerOfBytes(publicKey.point.subarray(0, width)) === privateKey.x
    }
    case 'ed25519':
      return publicKey.raw !== undefined && integerOfBytes(publicKey.raw) === integerOfBytes(privateKey.publicKey)
  }
}
