/** What the chains of one verification share: the roots, the rules, and what was already read and verified. */
import { equalBytes } from '@veritee/codec/bytes'
import { importPublicKey, type PublicKey, verifySignature } from '@veritee/codec/signature'
import type { X509Certificate } from '@veritee/codec/x509'
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

  /** The trusted root that has a certificate's key. */
  rootOf(certificate: X509Certificate): DcapRoot | undefined {
    const { point } = certificate.publicKey
    return point === undefined ? undefined : this.roots.find((root) => equalBytes(root.publicKey, point))
  }

  /** A certificate's key; that of a trusted root is the handle made when the root was given. */
  keyOf(certificate: X509Certificate): PublicKey {
    const root = this.rootOf(certificate)
    return root === undefined ? certificate.publicKey : rootKey(root)
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

const rootKeys = new WeakMap<DcapRoot, PublicKey>()

function rootKey(root: DcapRoot): PublicKey {
  let key = rootKeys.get(root)
  if (key === undefined) {
    key = importPublicKey({ kind: 'ec-point', curve: 'P-256', point: root.publicKey })
    rootKeys.set(root, key)
  }
  return key
}
