/** The certificate chain of a device, leaf first, root last. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { isSignedBy } from '../certificates/signed.ts'
import { EvidenceError } from '../errors.ts'
import { GpuError, type GpuErrorCode } from './codes.ts'
import type { GpuRoot } from './roots.ts'

const MOST_CERTIFICATES = 8
/** TCG DICE TcbInfo-like extension of the vendor; its last 48 bytes are the firmware id. */
const FIRMWARE_ID_OID = '2.23.133.5.4.1'
const FIRMWARE_ID_BYTES = 48

/** @throws EvidenceError GPU_CHAIN_INCOMPLETE */
export function parseChain(pem: string): X509Certificate[] {
  try {
    const chain = parsePem(pem)
      .filter((block) => block.label === 'CERTIFICATE')
      .map((block) => parseCertificate(block.der))
    if (chain.length >= 2 && chain.length <= MOST_CERTIFICATES) return chain
    throw refuse('GPU_CHAIN_INCOMPLETE', 'certificate', `2 to ${MOST_CERTIFICATES} certificates`, chain.length)
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    throw new GpuError('GPU_CHAIN_INCOMPLETE', `The certificate chain is malformed: ${cause.message}`, {
      details: { path: 'certificate' },
      cause,
    })
  }
}

/**
 * Certificates in any order, as files bring them, as the chain of the device whose firmware id is given: leaf first, then
 * each issuer, up to the one that issued itself. What leads to no such end is left in its order, for verification to say
 * what is missing.
 */
export function orderChain(certificates: readonly X509Certificate[], firmwareId: Uint8Array): X509Certificate[] {
  const leaf = certificates.find(({ extensions }) => {
    const value = extensions.get(FIRMWARE_ID_OID)?.value
    return value !== undefined && equalBytes(value.subarray(-FIRMWARE_ID_BYTES), firmwareId)
  })
  const chain: X509Certificate[] = []
  for (let next = leaf; next !== undefined && chain.length < MOST_CERTIFICATES; ) {
    const { issuer, subject } = next
    chain.push(next)
    if (issuer.equals(subject)) return chain
    next = certificates.find((candidate) => candidate.subject.equals(issuer) && !chain.includes(candidate))
  }
  return [...certificates]
}

/**
 * Names, constraints, dates, signatures and the pinned root, in this order.
 *
 * @throws EvidenceError GPU_CHAIN_*
 */
export async function verifyChain(
  chain: readonly X509Certificate[],
  roots: readonly GpuRoot[],
  now: number,
): Promise<GpuRoot> {
  const leaf = chain[0]!
  if (leaf.basicConstraints?.ca === true) throw refuse('GPU_CHAIN_CONSTRAINTS', 'certificate[0]', 'no CA', 'CA')
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.has('digitalSignature'))
    throw refuse('GPU_CHAIN_CONSTRAINTS', 'certificate[0].keyUsage', 'digitalSignature', 'absent')
  for (const [index, child] of chain.entries()) {
    const issuer = chain[index + 1] ?? child
    const path = `certificate[${index}]`
    if (!child.issuer.equals(issuer.subject))
      throw refuse('GPU_CHAIN_ISSUER', `${path}.issuer`, issuer.subject.toString(), child.issuer.toString())
    if (issuer.basicConstraints?.ca !== true) throw refuse('GPU_CHAIN_CONSTRAINTS', `${path}.issuer`, 'CA', 'no CA')
    if (issuer.keyUsage !== undefined && !issuer.keyUsage.has('keyCertSign'))
      throw refuse('GPU_CHAIN_CONSTRAINTS', `${path}.issuer.keyUsage`, 'keyCertSign', 'absent')
    const unknown = child.unknownCriticalExtensions.filter((oid) => oid !== FIRMWARE_ID_OID)
    if (unknown.length > 0)
      throw refuse('GPU_CHAIN_CONSTRAINTS', `${path}.extensions`, 'no unknown critical extension', unknown)
    // Those below a certificate that are authorities themselves.
    const below = Math.max(0, index - 1)
    if ((child.basicConstraints?.pathLength ?? below) < below)
      throw refuse(
        'GPU_CHAIN_CONSTRAINTS',
        `${path}.pathLength`,
        `at least ${below}`,
        child.basicConstraints?.pathLength,
      )
    if (now < child.notBefore || now > child.notAfter)
      throw refuse(
        'GPU_CHAIN_DATES',
        `${path}.validity`,
        [child.notBefore, child.notAfter].map(iso).join(' to '),
        iso(now),
      )
    if (!(await isSignedBy(child, issuer.publicKey))) throw refuse('GPU_CHAIN_SIGNATURE', `${path}.signature`)
  }
  const keyDigest = digest('sha256', chain.at(-1)!.publicKey.spki)
  const trusted = roots.find((root) => equalBytes(root.keyDigest, keyDigest))
  if (trusted === undefined)
    throw refuse(
      'GPU_CHAIN_ROOT',
      'root.publicKey',
      roots.map((root) => encodeHex(root.keyDigest)),
      encodeHex(keyDigest),
    )
  return trusted
}

/**
 * The firmware that signs must be the one that the leaf was issued for.
 *
 * @throws EvidenceError GPU_FIRMWARE_MISMATCH
 */
export function checkFirmwareId(leaf: X509Certificate, firmwareId: Uint8Array): void {
  const value = leaf.extensions.get(FIRMWARE_ID_OID)?.value
  const issued = value?.subarray(Math.max(0, value.length - FIRMWARE_ID_BYTES))
  if (issued === undefined || !equalBytes(issued, firmwareId)) {
    throw refuse(
      'GPU_FIRMWARE_MISMATCH',
      'opaque.firmwareId',
      issued === undefined ? 'named in the certificate' : encodeHex(issued),
      encodeHex(firmwareId),
    )
  }
}

const iso = (seconds: number): string => {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

function refuse(code: GpuErrorCode, path: string, expected?: unknown, actual?: unknown): GpuError {
  return new GpuError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
