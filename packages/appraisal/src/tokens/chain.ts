/** Certificates that endorse the key inside a token (`x5c`, RFC 7517 §4.7). */
import { decodeBase64, decodeBase64Url, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import type { PublicKey } from '@veritee/codec/signature'
import { parseCertificate, verifyCertificateSignature, type X509Certificate } from '@veritee/codec/x509'
import { AppraisalError } from '../errors.ts'

const MAX_CERTIFICATES = 8
const MAX_CERTIFICATE_LENGTH = 16 << 10

/** Reads trust anchors: DER, or PEM with any number of certificates. Throws APPRAISAL_TOKEN_KEY_INVALID. */
export function parseAnchors(anchors: readonly (string | Uint8Array)[]): X509Certificate[] {
  return anchors.flatMap((anchor) => {
    try {
      const isDer = typeof anchor !== 'string' && anchor[0] === 0x30
      const ders = isDer ? [anchor] : parsePem(anchor).map(({ der }) => der)
      if (ders.length === 0) throw invalidAnchor('no certificate')
      return ders.map((der) => parseCertificate(der.slice()))
    } catch (cause) {
      if (cause instanceof AppraisalError || !isCodedError(cause)) throw cause
      throw invalidAnchor(cause.message, cause)
    }
  })
}

/**
 * Tells whether a chain endorses a key: the first certificate holds the key, and a path of valid issuers leads from it to
 * an anchor. The other certificates may come in any order and may include some that are of no use. Base64 of either
 * alphabet is read, since both are in use. What cannot be read endorses nothing.
 */
export async function isEndorsed(
  x5c: unknown,
  key: PublicKey,
  anchors: readonly X509Certificate[],
  now: number,
): Promise<boolean> {
  const [leaf, ...others] = readChain(x5c)
  if (leaf === undefined || !equalBytes(leaf.publicKey.spki, key.spki) || !isUsable(leaf, now)) return false
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.has('digitalSignature')) return false
  if (anchors.some(({ der }) => equalBytes(der, leaf.der))) return true
  return await leadsToAnchor(leaf, others, anchors, now)
}

/** Walks up from the leaf. Every certificate is used at most once, so it ends. */
async function leadsToAnchor(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): Promise<boolean> {
  const unused = new Set(others)
  const pending = [{ certificate: leaf, below: 0 }]
  for (const { certificate, below } of pending) {
    for (const anchor of anchors) {
      if (await isIssuedBy(certificate, anchor, below, now)) return true
    }
    for (const candidate of unused) {
      if (!(await isIssuedBy(certificate, candidate, below, now))) continue
      unused.delete(candidate)
      pending.push({ certificate: candidate, below: below + 1 })
    }
  }
  return false
}

/** @param below number of intermediate certificates between the issuer and the leaf, for the path length constraint */
async function isIssuedBy(
  certificate: X509Certificate,
  issuer: X509Certificate,
  below: number,
  now: number,
): Promise<boolean> {
  const { basicConstraints, keyUsage } = issuer
  if (!isUsable(issuer, now) || basicConstraints?.ca !== true || !certificate.issuer.isSamePrincipal(issuer.subject))
    return false
  if (basicConstraints.pathLength !== undefined && basicConstraints.pathLength < below) return false
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) return false
  try {
    return await verifyCertificateSignature(certificate, issuer.publicKey)
  } catch (error) {
    if (isCodedError(error)) return false
    throw error
  }
}

function isUsable({ notBefore, notAfter, unknownCriticalExtensions }: X509Certificate, now: number): boolean {
  return now >= notBefore && now <= notAfter && unknownCriticalExtensions.length === 0
}

function readChain(x5c: unknown): X509Certificate[] {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES) return []
  try {
    return x5c.map((text: unknown) => parseCertificate(decodeEither(text)))
  } catch (error) {
    if (isCodedError(error)) return []
    throw error
  }
}

function decodeEither(text: unknown): Uint8Array {
  if (typeof text !== 'string' || text.length > MAX_CERTIFICATE_LENGTH) return new Uint8Array()
  return /[-_]/.test(text) || text.length % 4 !== 0 ? decodeBase64Url(text) : decodeBase64(text)
}

function invalidAnchor(actual: string, cause?: unknown): AppraisalError {
  return new AppraisalError('APPRAISAL_TOKEN_KEY_INVALID', undefined, {
    details: { path: 'trust.certificates', expected: 'X.509 certificates, PEM or DER', actual },
    ...(cause === undefined ? {} : { cause }),
  })
}
