/** What the chains of one verification share: the roots, the rules, and what was already read and verified. */
import { equalBytes } from '@veritee/codec/bytes'
import { type PublicKey, verifySignature } from '@veritee/codec/signature'
import type { DistinguishedName, X509Certificate } from '@veritee/codec/x509'
import type { DcapRoot } from '../roots.ts'

/** Something X.509 with a signature of ECDSA and SHA-256, the only algorithm of these chains. */
interface Signed {
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

const CERTIFICATE_SCHEME = { scheme: 'ecdsa', hash: 'sha256', format: 'der' } as const

/** Bounds what a context remembers of certificates: genuine bundles need five. */
const MAX_CERTIFICATES = 64

/**
 * Shared state of chain verification over one collateral set. What it remembers are facts about bytes (a certificate
 * read once, a signature verified once), never anything that time could change.
 */
export class ChainContext {
  readonly roots: readonly DcapRoot[]
  readonly parity: boolean
  readonly #certificates: X509Certificate[] = []
  #chainText: string | undefined
  #chain: readonly X509Certificate[] = []
  readonly #signers = new WeakMap<Signed, WeakSet<PublicKey>>()

  constructor(roots: readonly DcapRoot[], parity: boolean) {
    this.roots = roots
    this.parity = parity
  }

  /** The certificate of these bytes, read at most once. */
  certificate(der: Uint8Array, read: (der: Uint8Array) => X509Certificate): X509Certificate {
    const known = this.#certificates.find((certificate) => equalBytes(certificate.der, der))
    if (known !== undefined) return known
    const certificate = read(der)
    if (this.#certificates.length < MAX_CERTIFICATES) this.#certificates.push(certificate)
    return certificate
  }

  /** The certificates of a chain's text, read at most once: both documents usually come with the same chain. */
  chain(text: string, read: () => readonly X509Certificate[]): readonly X509Certificate[] {
    if (text !== this.#chainText) {
      const certificates = read()
      this.#chainText = text
      this.#chain = certificates
    }
    return this.#chain
  }

  /** The trusted root that has a certificate's key. */
  rootOf(certificate: X509Certificate): DcapRoot | undefined {
    const { point } = certificate.publicKey
    return point === undefined ? undefined : this.roots.find((root) => equalBytes(root.publicKey, point))
  }

  /** The key of an issuing certificate. */
  keyOf(certificate: X509Certificate): PublicKey {
    return internIssuerKey(certificate.publicKey)
  }

  /** Tells whether a certificate or list is signed by a key on P-256; a yes is remembered. */
  async isSignedBy(signed: Signed, key: PublicKey): Promise<boolean> {
    const signers = this.#signers.get(signed) ?? new WeakSet()
    if (signers.has(key)) return true
    if (key.algorithm !== 'ec' || key.curve !== 'P-256') return false
    const { tbs, signature } = signed
    if (!(await verifySignature(key, CERTIFICATE_SCHEME, tbs, signature))) return false
    signers.add(key)
    this.#signers.set(signed, signers)
    return true
  }
}

/** Tells whether two names are of one principal; names of genuine chains are equal in every byte. */
export function isSameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.equals(b) || a.isSamePrincipal(b)
}

/** There are a handful of issuers in the world of one root. */
const MAX_ISSUER_KEYS = 16
const issuerKeys: PublicKey[] = []

/**
 * One handle for each issuer's key: making a runtime's key object costs as much as a verification. A handle says nothing
 * about trust.
 */
function internIssuerKey(key: PublicKey): PublicKey {
  const known = issuerKeys.find((other) => other === key || equalBytes(other.spki, key.spki))
  if (known !== undefined) return known
  if (issuerKeys.unshift(key) > MAX_ISSUER_KEYS) issuerKeys.pop()
  return key
}
