import { equalBytes } from '../bytes/compare.ts'
import type { DerReader } from '../der/reader.ts'
import { TAG } from '../der/tags.ts'
import type { Oid } from '../der/values.ts'
import { CodecError } from '../errors.ts'
import type { SignatureScheme } from '../signature/scheme.ts'

/** How a certificate or revocation list was signed. */
export interface SignatureAlgorithm {
  readonly oid: Oid
  /** OpenSSL's name of it, or the object identifier. */
  readonly name: string
  /** For `verifySignature`; undefined where this package does not verify the algorithm itself. */
  readonly scheme: SignatureScheme | undefined
  /** The whole AlgorithmIdentifier. */
  readonly der: Uint8Array
}

const PSS = '1.2.840.113549.1.1.10'

const ALGORITHMS: ReadonlyMap<Oid, { readonly name: string; readonly scheme?: SignatureScheme }> = new Map<
  Oid,
  { readonly name: string; readonly scheme?: SignatureScheme }
>([
  ['1.2.840.10045.4.3.2', { name: 'ecdsa-with-SHA256', scheme: { scheme: 'ecdsa', hash: 'sha256', format: 'der' } }],
  ['1.2.840.10045.4.3.3', { name: 'ecdsa-with-SHA384', scheme: { scheme: 'ecdsa', hash: 'sha384', format: 'der' } }],
  ['1.2.840.10045.4.3.4', { name: 'ecdsa-with-SHA512', scheme: { scheme: 'ecdsa', hash: 'sha512', format: 'der' } }],
  ['1.2.840.113549.1.1.11', { name: 'sha256WithRSAEncryption', scheme: { scheme: 'rsa-pkcs1', hash: 'sha256' } }],
  ['1.2.840.113549.1.1.12', { name: 'sha384WithRSAEncryption', scheme: { scheme: 'rsa-pkcs1', hash: 'sha384' } }],
  ['1.2.840.113549.1.1.13', { name: 'sha512WithRSAEncryption', scheme: { scheme: 'rsa-pkcs1', hash: 'sha512' } }],
  ['1.3.101.112', { name: 'ED25519', scheme: { scheme: 'ed25519' } }],
  ['1.2.840.113549.1.1.5', { name: 'sha1WithRSAEncryption' }],
  ['1.2.840.10045.4.1', { name: 'ecdsa-with-SHA1' }],
  ['1.2.156.10197.1.501', { name: 'SM2-with-SM3' }],
])

const PSS_HASHES: ReadonlyMap<Oid, 'sha256' | 'sha384' | 'sha512'> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** Reads an AlgorithmIdentifier of a signature (RFC 5280 §4.1.1.2, RFC 4055 §3.1 for RSA-PSS). */
export function readSignatureAlgorithm(reader: DerReader): SignatureAlgorithm {
  const der = reader.peek(TAG.sequence).bytes
  const sequence = reader.readSequence()
  const oid = sequence.readOid()
  if (oid === PSS) {
    const scheme = readPssParameters(sequence)
    sequence.expectEnd()
    return { oid, name: 'rsassaPss', scheme, der }
  }
  const known = ALGORITHMS.get(oid)
  // RSA has a NULL here, ECDSA and Ed25519 have nothing; what follows an unknown algorithm is its own affair.
  if (known?.scheme?.scheme === 'rsa-pkcs1') sequence.readNull()
  else if (known?.scheme === undefined) sequence.readOptional(sequence.peekTag() ?? TAG.null)
  sequence.expectEnd()
  return { oid, name: known?.name ?? oid, scheme: known?.scheme, der }
}

/** The algorithm is named twice; a difference would let the unsigned copy decide. */
export function expectSameAlgorithm(
  inner: SignatureAlgorithm,
  outer: SignatureAlgorithm,
  code: 'CODEC_X509_INVALID' | 'CODEC_CRL_INVALID',
): void {
  if (!equalBytes(inner.der, outer.der)) {
    throw new CodecError(code, 'The signature algorithm inside differs from the one outside.', {
      details: { path: 'signatureAlgorithm', expected: inner.name, actual: outer.name },
    })
  }
}

/** The scheme, or undefined for parameters beyond what is verified here (SHA-1, another MGF or a mixed hash). */
function readPssParameters(algorithm: DerReader): SignatureScheme | undefined {
  const parameters = algorithm.readSequence()
  const hash = readHash(parameters.readOptionalExplicit(0))
  const mask = parameters.readOptionalExplicit(1)?.readSequence()
  const isMgf1 = mask?.readOid() === '1.2.840.113549.1.1.8'
  const maskHash = isMgf1 ? readHash(mask) : undefined
  const saltBytes = parameters.readOptionalExplicit(2)?.readSmallInteger(0, 512) ?? 20
  const trailer = parameters.readOptionalExplicit(3)?.readSmallInteger() ?? 1
  parameters.expectEnd()
  if (hash === undefined || maskHash !== hash || trailer !== 1) return undefined
  return { scheme: 'rsa-pss', hash, saltBytes }
}

function readHash(reader: DerReader | undefined): 'sha256' | 'sha384' | 'sha512' | undefined {
  if (reader === undefined) return undefined
  const sequence = reader.readSequence()
  const oid = sequence.readOid()
  if (!sequence.atEnd) sequence.readNull()
  sequence.expectEnd()
  return PSS_HASHES.get(oid)
}
