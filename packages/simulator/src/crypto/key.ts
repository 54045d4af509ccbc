import { createPrivateKey } from 'node:crypto'
import { concatBytes, encodeBase64Url } from '@veritee/codec/bytes'
import { encodeBitString, encodeInteger, encodeOid, encodeSequence } from '@veritee/codec/der'
import { digest } from '@veritee/codec/hash'
import { decodeScalar, encodeScalar, multiplyBase, P256_ORDER, signP256 } from './p256.ts'
import { deriveBytes, type Seed } from './seed.ts'

/** A key pair on P-256 of a simulated authority, platform or enclave. */
export interface SimulatedKey {
  /** What the key is for, such as `root`. */
  readonly label: string
  /** Public point, x then y, 64 bytes. */
  readonly point: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SHA-1 of the public key, 20 bytes: subject and authority key id (RFC 5280 §4.2.1.2). */
  readonly id: Uint8Array
  /** ECDSA over SHA-256, r then s, 64 bytes. */
  sign(data: Uint8Array): Uint8Array
  /** The private key, PKCS #8 PEM. */
  exportPem(): string
}

/** The key of `label` in the world of `seed`. */
export function deriveKey(seed: Seed, label: string): SimulatedKey {
  let scalar = 0n
  for (let attempt = 0; scalar === 0n || scalar >= P256_ORDER; attempt++) {
    scalar = decodeScalar(deriveBytes(seed, `key ${attempt} ${label}`, 32))
  }
  const point = multiplyBase(scalar)
  const uncompressed = concatBytes(Uint8Array.of(4), point)
  return {
    label,
    point,
    spki: encodeSpki(uncompressed),
    id: digest('sha1', uncompressed),
    sign: (data) => signP256(scalar, data),
    exportPem: () => exportPkcs8(scalar, point),
  }
}

/** A raw signature (r then s) as DER, the form of certificates. */
export function encodeDerSignature(raw: Uint8Array): Uint8Array {
  return encodeSequence(encodeInteger(raw.subarray(0, 32)), encodeInteger(raw.subarray(32)))
}

function encodeSpki(uncompressed: Uint8Array): Uint8Array {
  const algorithm = encodeSequence(encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7'))
  return encodeSequence(algorithm, encodeBitString(uncompressed))
}

function exportPkcs8(scalar: bigint, point: Uint8Array): string {
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: encodeBase64Url(encodeScalar(scalar)),
    x: encodeBase64Url(point.subarray(0, 32)),
    y: encodeBase64Url(point.subarray(32)),
  }
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString()
}
