import { createPrivateKey } from 'node:crypto'
import { concatBytes, encodeBase64Url } from '@veritee/codec/bytes'
import { encodeBitString, encodeInteger, encodeOid, encodeSequence } from '@veritee/codec/der'
import { digest } from '@veritee/codec/hash'
import { decodeScalar, type EcdsaCurve, encodeScalar, multiplyBase, P256, signEcdsa } from './ecdsa.ts'
import { deriveBytes, type Seed } from './seed.ts'

/** Whatever signs certificates and revocation lists. */
export interface CertificateSigner {
  /** AlgorithmIdentifier of its signatures, DER. */
  readonly signatureAlgorithm: Uint8Array
  /** The signature of a certificate's or list's inner part, in the form of its algorithm. */
  signTbs(tbs: Uint8Array): Uint8Array
}

/** A key pair on P-256 or P-384 of a simulated authority, platform or enclave. */
export interface SimulatedKey extends CertificateSigner {
  /** What the key is for, such as `root`. */
  readonly label: string
  readonly curve: EcdsaCurve
  /** Public point, x then y, 64 or 96 bytes. */
  readonly point: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SHA-1 of the public key, 20 bytes: subject and authority key id (RFC 5280 §4.2.1.2). */
  readonly id: Uint8Array
  /** ECDSA over the hash of the curve, r then s, 64 or 96 bytes. */
  sign(data: Uint8Array): Uint8Array
  /** The private key, PKCS #8 PEM. */
  exportPem(): string
}

/** The key of `label` in the world of `seed`; on P-256 unless said otherwise. */
export function deriveKey(seed: Seed, label: string, curve: EcdsaCurve = P256): SimulatedKey {
  let scalar = 0n
  for (let attempt = 0; scalar === 0n || scalar >= curve.order; attempt++) {
    scalar = decodeScalar(deriveBytes(seed, `key ${attempt} ${label}`, curve.scalarBytes))
  }
  const point = multiplyBase(curve, scalar)
  const uncompressed = concatBytes(Uint8Array.of(4), point)
  const sign = (data: Uint8Array): Uint8Array => signEcdsa(curve, scalar, data)
  return {
    label,
    curve,
    point,
    spki: encodeSpki(curve, uncompressed),
    id: digest('sha1', uncompressed),
    sign,
    signatureAlgorithm: encodeSequence(encodeOid(curve.signatureOid)),
    signTbs: (tbs) => encodeDerSignature(sign(tbs)),
    exportPem: () => exportPkcs8(curve, scalar, point),
  }
}

/** A raw signature (r then s) as DER, the form of certificates. */
export function encodeDerSignature(raw: Uint8Array): Uint8Array {
  const width = raw.length / 2
  return encodeSequence(encodeInteger(raw.subarray(0, width)), encodeInteger(raw.subarray(width)))
}

function encodeSpki(curve: EcdsaCurve, uncompressed: Uint8Array): Uint8Array {
  const algorithm = encodeSequence(encodeOid('1.2.840.10045.2.1'), encodeOid(curve.oid))
  return encodeSequence(algorithm, encodeBitString(uncompressed))
}

function exportPkcs8(curve: EcdsaCurve, scalar: bigint, point: Uint8Array): string {
  const width = curve.scalarBytes
  const jwk = {
    kty: 'EC',
    crv: curve.name,
    d: encodeBase64Url(encodeScalar(curve, scalar)),
    x: encodeBase64Url(point.subarray(0, width)),
    y: encodeBase64Url(point.subarray(width)),
  }
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString()
}
