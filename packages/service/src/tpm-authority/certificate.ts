import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import {
  encodeBitString,
  encodeBoolean,
  encodeExplicit,
  encodeImplicit,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUtf8String,
} from '@veritee/codec/der'
import { digest } from '@veritee/codec/hash'
import { EXTENSION_OIDS, NAME_ATTRIBUTES } from '@veritee/codec/x509'
import { ServiceError } from '../errors.ts'

/** tcg-kp-AIKCertificate: the key is an attestation key of a TPM. */
const AIK_USAGE = '2.23.133.8.3'
const SERIAL_BYTES = 16

/** What a certificate says; who signs it is beside it. */
export interface CertificateContent {
  /** DER of the names. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  /** Epoch seconds. */
  readonly notBefore: number
  readonly notAfter: number
  /** An authority signs certificates; an attestation key signs what its TPM measured. */
  readonly kind: 'authority' | 'attestation key'
}

/** Signs a certificate (RFC 5280 §4.1, TCG EK Credential Profile for attestation keys). DER. */
export function signCertificate(content: CertificateContent, key: KeyObject): Uint8Array {
  const { algorithm, hash } = chooseAlgorithm(key)
  const serial = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))
  // Positive, and as long as it says.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const tbs = encodeSequence(
    encodeExplicit(0, encodeInteger(2)),
    encodeInteger(serial),
    algorithm,
    content.issuer,
    encodeSequence(encodeTime(content.notBefore), encodeTime(content.notAfter)),
    content.subject,
    content.publicKey,
    encodeExplicit(3, encodeSequence(...listExtensions(content, key))),
  )
  return encodeSequence(tbs, algorithm, encodeBitString(new Uint8Array(sign(hash, tbs, key))))
}

/** DER of a name. */
export function encodeName(name: { readonly commonName: string; readonly organization?: string }): Uint8Array {
  const attribute = (oid: string, text: string) => encodeSet(encodeSequence(encodeOid(oid), encodeUtf8String(text)))
  return encodeSequence(
    attribute(NAME_ATTRIBUTES.commonName, name.commonName),
    ...(name.organization === undefined ? [] : [attribute(NAME_ATTRIBUTES.organization, name.organization)]),
  )
}

/** @throws ServiceError SERVICE_KEY_INVALID */
function chooseAlgorithm(key: KeyObject): { algorithm: Uint8Array; hash: 'sha256' | 'sha384' } {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa')
    return { algorithm: encodeSequence(encodeOid('1.2.840.113549.1.1.11'), encodeNull()), hash: 'sha256' }
  if (type === 'ec' && details?.namedCurve === 'prime256v1')
    return { algorithm: encodeSequence(encodeOid('1.2.840.10045.4.3.2')), hash: 'sha256' }
  if (type === 'ec' && details?.namedCurve === 'secp384r1')
    return { algorithm: encodeSequence(encodeOid('1.2.840.10045.4.3.3')), hash: 'sha384' }
  throw new ServiceError('SERVICE_KEY_INVALID', 'The key of the TPM authority is neither RSA nor P-256 nor P-384.')
}

function listExtensions({ kind, publicKey }: CertificateContent, key: KeyObject): Uint8Array[] {
  const isAuthority = kind === 'authority'
  const signer = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  // digitalSignature is the first bit, keyCertSign the sixth.
  const usage = isAuthority ? encodeBitString(Uint8Array.of(0x04), 2) : encodeBitString(Uint8Array.of(0x80), 7)
  return [
    extension(EXTENSION_OIDS.basicConstraints, encodeSequence(...(isAuthority ? [encodeBoolean(true)] : [])), true),
    extension(EXTENSION_OIDS.keyUsage, usage, true),
    ...(isAuthority ? [] : [extension(EXTENSION_OIDS.extendedKeyUsage, encodeSequence(encodeOid(AIK_USAGE)))]),
    extension(EXTENSION_OIDS.subjectKeyId, encodeOctetString(nameKey(publicKey))),
    extension(EXTENSION_OIDS.authorityKeyId, encodeSequence(encodeImplicit(0, nameKey(signer)))),
  ]
}

function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(critical ? [encodeBoolean(true)] : []), encodeOctetString(value))
}

function nameKey(spki: Uint8Array): Uint8Array {
  return digest('sha256', spki).subarray(0, 20)
}
