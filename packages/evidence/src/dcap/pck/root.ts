/** The root at the end of a chain. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { X509Certificate } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { DcapRoot } from '../roots.ts'
import { type ChainContext, isSameName } from './context.ts'
import { mendCertificate } from './mend.ts'

const ROOT_NAME = 'SGX Root CA'

/** Finds the root of a chain: the last self-issued certificate that is named so. */
export function findRoot(certificates: readonly X509Certificate[]): X509Certificate {
  const root = certificates.findLast(
    ({ subject, issuer }) => isSameName(subject, issuer) && subject.commonName?.includes(ROOT_NAME) === true,
  )
  if (root !== undefined) return root
  throw new EvidenceError('DCAP_ROOT_CA_MISSING', undefined, {
    details: { path: 'root', actual: certificates.map((certificate) => certificate.subject.toString()) },
  })
}

/** Verifies a root's signature over itself; a certificate that is pinned byte for byte needs none. */
export async function verifySelfSigned(root: X509Certificate, context: ChainContext): Promise<void> {
  const pinned = context.rootOf(root)?.certificateSha256
  if (pinned !== undefined && encodeHex(digest('sha256', root.der)) === pinned) return
  if (await context.isSignedBy(root, context.keyOf(root))) return
  throw new EvidenceError('DCAP_ROOT_CA_SIGNATURE_INVALID', undefined, {
    details: { path: 'root', expected: 'a signature of its own key', actual: 'another' },
  })
}

/**
 * Finds the trusted root that a chain's root is. Roots are pinned by key; parity rules compare the signatures of the two
 * certificates instead, so that a re-issued certificate of the same key is refused there.
 */
export function expectTrusted(root: X509Certificate, context: ChainContext, code: EvidenceErrorCode): DcapRoot {
  const trusted = context.rootOf(root)
  if (trusted !== undefined && (!context.parity || hasSignatureOf(root, trusted))) return trusted
  const actual = root.subject.toString()
  const names = context.roots.map(({ name }) => name)
  // A name that is trusted with another key: the keys tell the two apart.
  const isTold = names.includes(actual)
  throw new EvidenceError(code, undefined, {
    details: {
      path: 'root',
      expected: isTold ? context.roots.map(({ name, publicKey }) => nameWithKey(name, publicKey)) : names,
      actual: isTold ? nameWithKey(actual, root.publicKey.point ?? root.publicKey.spki) : actual,
    },
  })
}

function nameWithKey(name: string, key: Uint8Array): string {
  return `${name}, key ${encodeHex(digest('sha256', key)).slice(0, 16)}`
}

function hasSignatureOf(root: X509Certificate, trusted: DcapRoot): boolean {
  if (trusted.certificate === undefined) return true
  return equalBytes(mendCertificate(trusted.certificate).signature, root.signature)
}
