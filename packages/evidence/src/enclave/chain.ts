/** The certificates inside a document, from the one that signs it to the root. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { isSignedBy } from '../certificates/signed.ts'
import { EnclaveError, refuse } from './codes.ts'
import type { EnclaveDocument } from './document.ts'
import type { EnclaveRoot } from './roots.ts'

/** Leaf first, root last. @throws EvidenceError ENCLAVE_CHAIN_MALFORMED */
export function parseChain({ certificate, authorities }: EnclaveDocument): X509Certificate[] {
  return [certificate, ...authorities.toReversed()].map((der, index) => {
    try {
      return parseCertificate(der)
    } catch (cause) {
      if (!isCodedError(cause)) throw cause
      throw new EnclaveError('ENCLAVE_CHAIN_MALFORMED', undefined, { details: { path: `chain[${index}]` }, cause })
    }
  })
}

/** The pinned root that the chain ends in. @throws EvidenceError ENCLAVE_CHAIN_ROOT */
export function findRoot(chain: readonly X509Certificate[], roots: readonly EnclaveRoot[]): EnclaveRoot {
  const keyDigest = digest('sha256', chain.at(-1)!.publicKey.spki)
  const root = roots.find((entry) => equalBytes(entry.keyDigest, keyDigest))
  if (root !== undefined) return root
  const expected = roots.map((entry) => encodeHex(entry.keyDigest))
  throw refuse('ENCLAVE_CHAIN_ROOT', 'root.publicKey', expected, encodeHex(keyDigest))
}

/** Names, rights and path lengths (RFC 5280 §6.1). @throws EvidenceError ENCLAVE_CHAIN_ISSUER, ENCLAVE_CHAIN_CONSTRAINTS */
export function checkConstraints(chain: readonly X509Certificate[]): void {
  for (const [index, certificate] of chain.entries()) {
    const path = `chain[${index}]`
    const issuer = chain[index + 1] ?? certificate
    if (!equalBytes(certificate.issuer.der, issuer.subject.der))
      throw refuse('ENCLAVE_CHAIN_ISSUER', `${path}.issuer`, issuer.subject.toString(), certificate.issuer.toString())
    if (certificate.unknownCriticalExtensions.length > 0)
      throw constraint(`${path}.extensions`, 'no unknown critical extension', certificate.unknownCriticalExtensions)
    if (index === 0) checkLeaf(certificate)
    else checkAuthority(certificate, index, path)
  }
}

function checkLeaf({ basicConstraints, keyUsage, publicKey }: X509Certificate): void {
  if (basicConstraints?.ca === true) throw constraint('chain[0].basicConstraints', 'no CA', 'CA')
  if (keyUsage?.has('digitalSignature') !== true)
    throw constraint('chain[0].keyUsage', 'digitalSignature', [...(keyUsage ?? [])])
  if (publicKey.curve !== 'P-384')
    throw constraint('chain[0].publicKey', 'P-384', publicKey.curve ?? publicKey.algorithm)
}

/** `index - 1` authorities stand between this one and the leaf. */
function checkAuthority({ basicConstraints, keyUsage }: X509Certificate, index: number, path: string): void {
  if (basicConstraints?.ca !== true) throw constraint(`${path}.basicConstraints`, 'CA', 'no CA')
  if (keyUsage?.has('keyCertSign') !== true) throw constraint(`${path}.keyUsage`, 'keyCertSign', [...(keyUsage ?? [])])
  const { pathLength } = basicConstraints
  if (pathLength !== undefined && pathLength < index - 1)
    throw constraint(`${path}.pathLength`, `at least ${index - 1}`, pathLength)
}

/** @throws EvidenceError ENCLAVE_CHAIN_SIGNATURE */
export async function verifyChainSignatures(chain: readonly X509Certificate[]): Promise<void> {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1] ?? certificate
    if (!(await isSignedBy(certificate, issuer.publicKey)))
      throw refuse('ENCLAVE_CHAIN_SIGNATURE', `chain[${index}].signature`)
  }
}

/** Both ends of each validity. @throws EvidenceError ENCLAVE_CHAIN_DATES */
export function checkDates(chain: readonly X509Certificate[], now: number): void {
  for (const [index, { notBefore, notAfter }] of chain.entries()) {
    if (now >= notBefore && now <= notAfter) continue
    throw refuse(
      'ENCLAVE_CHAIN_DATES',
      `chain[${index}].validity`,
      [notBefore, notAfter].map(iso).join(' to '),
      iso(now),
    )
  }
}

function constraint(path: string, expected: unknown, actual: unknown): EnclaveError {
  return refuse('ENCLAVE_CHAIN_CONSTRAINTS', path, expected, actual)
}

export const iso = (seconds: number): string => {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}
